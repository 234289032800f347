import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { appRoleUrl, makeServiceRole } from './app-role.ts'
import { isDatabaseAway } from './away.ts'
import { connect, type Database, type Patience } from './connection.ts'
import { runningUrl, startEmbeddedPostgres } from './embedded.ts'
import { AlreadyRunning, lockDataFolder } from './lock.ts'
import { migrate, schemaState } from './migrate.ts'
import { installQueue } from './queue-schema.ts'
import { checkReplica, type Replica, replicaReads } from './replica.ts'
import { checkPooler, checkServer, isPoolerRefusal, unnamedPooler } from './server-check.ts'

export type OpenDatabase = Readonly<{
  db: Database
  /** The job queue's URL, with the service's role. */
  url: string
  isEmbedded: boolean
  /** Settles if the embedded server stops unexpectedly. Never settles with DATABASE_URL. */
  lost: Promise<void>
  close: () => Promise<void>
}>

/** Opens and migrates the installation's database: the one at DATABASE_URL, or the embedded one in the data folder. */
export async function openDatabase(
  config: Readonly<{
    databaseUrl: string | undefined
    databaseAdminUrl: string | undefined
    dataDir: string
    databasePool: number
    databaseStartSeconds: number
    /** Absent for a command, which waits as long as it takes. */
    databasePatience?: Patience
    baseUrl: string
  }>,
): Promise<OpenDatabase> {
  const { databasePool, databasePatience } = config
  if (config.databaseUrl) {
    const { databaseUrl, databaseAdminUrl } = config
    await onceUp(async () => {
      if (databaseAdminUrl) await migrateFor(databaseUrl, databaseAdminUrl)
      await migrateAt(databaseUrl, databasePool)
    }, config.databaseStartSeconds)
    const { db } = connect(config.databaseUrl, databasePool, databasePatience)
    return {
      db,
      url: config.databaseUrl,
      isEmbedded: false,
      lost: new Promise(() => {}),
      close: () => soonClosed(db),
    }
  }
  const unlock = await lockDataFolder(config.dataDir, config.baseUrl)
  const postgres = await startEmbeddedPostgres(path.resolve(config.dataDir))
  const stop = async () => {
    await postgres.stop()
    unlock()
  }
  try {
    const url = await migrateAsOwner(postgres.url, databasePool)
    const { db } = connect(url, databasePool, databasePatience)
    const close = async () => {
      await soonClosed(db)
      await stop()
    }
    return { db, url, isEmbedded: true, lost: postgres.ended, close }
  } catch (error) {
    await stop()
    throw error
  }
}

type OpenReplica = Replica & Readonly<{ close: () => Promise<void> }>

/** The replica of DATABASE_REPLICA_URL, checked. One that isn't up yet is used once it is. */
export async function openReplica(
  config: Readonly<{
    databaseReplicaUrl: string | undefined
    databaseReplicaSeconds: number
    databasePool: number
    databasePatience: Patience
  }>,
  primary: Database,
): Promise<OpenReplica | undefined> {
  if (!config.databaseReplicaUrl) return undefined
  const patience = { ...config.databasePatience, connectionSeconds: 2 }
  const { db } = connect(config.databaseReplicaUrl, config.databasePool, patience, 'read only')
  const tell = (problem: string) => console.error(problem)
  try {
    const found = await checkReplica(primary, db)
    if (found !== 'is a replica')
      tell(
        `The database at DATABASE_REPLICA_URL ${found}. Until it is a replica, the one at DATABASE_URL reads everything.`,
      )
  } catch (error) {
    await db.destroy()
    throw error
  }
  const reads = replicaReads(primary, db, { mostSeconds: config.databaseReplicaSeconds, tell })
  return { ...reads, close: () => Promise.race([reads.close(), after(2000, undefined, { ref: false })]) }
}

/** A database of the organization's may come up after this service, such as when a machine starts both. */
async function onceUp(open: () => Promise<void>, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (let tries = 1; ; tries++) {
    try {
      return await open()
    } catch (error) {
      if (!isDatabaseAway(error as Error) || Date.now() > deadline) throw error
      if (tries === 1) console.error(`The database does not answer yet. Waiting up to ${seconds} seconds.`)
      await after(Math.min(500, seconds * 1000))
    }
  }
}

/** Migrates as the owner, and gives the service's role its rights. */
async function migrateFor(serviceUrl: string, adminUrl: string): Promise<void> {
  const { db } = connect(adminUrl, 2)
  try {
    await migrate(db)
    await installQueue(db)
    await makeServiceRole(db, serviceUrl)
  } finally {
    await db.destroy()
  }
}

/** Checks the database as the service. A role that may do so brings it up to date, too. */
async function migrateAt(url: string, pool: number): Promise<void> {
  const { db } = connect(url, 2)
  try {
    await checkServer(db, pool, new Date())
    await checkPooler(db, url)
    if ((await schemaState(db)) !== 'current') await migrate(db)
    await installQueue(db)
  } catch (error) {
    if (isPoolerRefusal(error as Error)) throw new Error(unnamedPooler)
    throw isRefusedToRole(error) ? new Error(needsOwner, { cause: error }) : error
  } finally {
    await db.destroy()
  }
}

const needsOwner =
  'The database is not up to date, and the role in DATABASE_URL may not change its tables. Run npm run migrate with DATABASE_ADMIN_URL set to the owner of the database, then start again.'

/** 42501: the role lacks a right. A failed migration has the database's own error as its cause. */
function isRefusedToRole(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return code === '42501' || cause?.code === '42501'
}

/** Closes the connections. After a grace period, those still in use are cut off and their transactions rolled back. */
const soonClosed = (db: Database): Promise<void> =>
  Promise.race([db.destroy(), after(2000, undefined, { ref: false })])

/** Only the owner changes the schema; the service then works in a role that cannot rewrite what is append-only. */
async function migrateAsOwner(url: string, pool: number): Promise<string> {
  const { db } = connect(url, 2)
  try {
    await checkServer(db, pool, new Date())
    await migrate(db)
    await installQueue(db)
    return await appRoleUrl(db, url)
  } finally {
    await db.destroy()
  }
}

/** The database for a restore: nothing is migrated, and nothing may run on it. */
export async function openUnmigrated(
  config: Readonly<{
    databaseUrl: string | undefined
    databaseAdminUrl: string | undefined
    dataDir: string
    baseUrl: string
  }>,
): Promise<Readonly<{ url: string; close: () => Promise<void> }>> {
  const url = config.databaseAdminUrl ?? config.databaseUrl
  if (url) return { url, close: async () => {} }
  const unlock = await lockDataFolder(config.dataDir, config.baseUrl)
  const postgres = await startEmbeddedPostgres(path.resolve(config.dataDir))
  const close = async () => {
    await postgres.stop()
    unlock()
  }
  return { url: postgres.url, close }
}

/** The migrated database for a command, which may run beside the server: then it joins that server's database. */
export async function openBesideServer(config: Parameters<typeof openDatabase>[0]): Promise<OpenDatabase> {
  try {
    return await openDatabase({ ...config, databasePatience: {} })
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error
    const url = runningUrl(config.dataDir)
    const { db } = connect(url, 2)
    return { db, url, isEmbedded: true, lost: new Promise(() => {}), close: () => db.destroy() }
  }
}
