import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { appRoleUrl } from './app-role.ts'
import { connect, type Database, type Patience } from './connection.ts'
import { runningUrl, startEmbeddedPostgres } from './embedded.ts'
import { AlreadyRunning, lockDataFolder } from './lock.ts'
import { migrate } from './migrate.ts'
import { installQueue } from './queue-schema.ts'

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
    dataDir: string
    databasePool: number
    /** Absent for commands, which wait without a limit. */
    databasePatience?: Patience
    baseUrl: string
  }>,
): Promise<OpenDatabase> {
  const { databasePool, databasePatience } = config
  if (config.databaseUrl) {
    await migrateAt(config.databaseUrl)
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
    const url = await migrateAsOwner(postgres.url)
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

async function migrateAt(url: string): Promise<void> {
  const { db } = connect(url, 2)
  try {
    await migrate(db)
    await installQueue(db)
  } finally {
    await db.destroy()
  }
}

/** Closes the connections. After a grace period, those still in use are cut off and their transactions rolled back. */
const soonClosed = (db: Database): Promise<void> =>
  Promise.race([db.destroy(), after(2000, undefined, { ref: false })])

/** Only the owner changes the schema. The service runs with a role that can't change append-only rows. */
async function migrateAsOwner(url: string): Promise<string> {
  const { db } = connect(url, 2)
  try {
    await migrate(db)
    await installQueue(db)
    return await appRoleUrl(db, url)
  } finally {
    await db.destroy()
  }
}

/** The same for a command. If the server is running, the command uses that server's database. */
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
