/**
 * Rehearses point-in-time recovery with pgBackRest on one machine: someone writes evidence without a pause while the disk
 * of the database is lost, and then while someone deletes what must not be deleted. Linux, as root, with Debian's
 * packages: apt-get install postgresql-15 pgbackrest. Then: node ops/drill/point-in-time.ts [archive_timeout in seconds]
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { acceptRestore, restoredInPlace } from '#server/backup/accepting.actions.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { readConfig } from '#server/config.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { migrate } from '#server/db/migrate.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { listEntries } from '#server/ledger/queries.ts'
import { type Program, sh, signal, startProgram, until } from './machine.ts'

const archiveTimeout = Number(process.argv[2] ?? 60)
const port = 5466
const url = `postgres://postgres@127.0.0.1:${port}/postgres`
const bin = '/usr/lib/postgresql/15/bin'
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-recovery-'))
const data = path.join(folder, 'data')
const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] as const
const run = (command: string, ...args: readonly string[]) => sh(...asPostgres, command, ...args)
const pgbackrest = (...args: readonly string[]) =>
  run('pgbackrest', `--config=${folder}/pgbackrest.conf`, '--stanza=drill', ...args)

let server: Program
/** What was acknowledged: the number of each person written, and when. */
let acknowledged: { n: number; at: number }[] = []
let written = 0
let headAt = Date.now()

chmodSync(folder, 0o755)
for (const name of ['repository', 'log', 'home']) mkdirSync(path.join(folder, name))
writeFileSync(
  path.join(folder, 'pgbackrest.conf'),
  [
    '[global]',
    `repo1-path=${folder}/repository`,
    'repo1-retention-full=2',
    'start-fast=y',
    'compress-type=lz4',
    'archive-timeout=300',
    `log-path=${folder}/log`,
    `lock-path=${folder}/lock`,
    '[drill]',
    `pg1-path=${data}`,
    `pg1-port=${port}`,
    `pg1-socket-path=${folder}/home`,
  ].join('\n'),
)
sh('chown', '-R', 'postgres', folder)
try {
  run(`${bin}/initdb`, '-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8')
  start()
  await isUp()
  const { db } = connect(url, 4)
  pgbackrest('stanza-create')
  await migrate(db)
  await addBallast(db)
  const backup = seconds(() => pgbackrest('backup', '--type=full'))
  const size = await databaseSize(db)
  await db.destroy()
  console.log(`A database of ${size} MB was backed up in ${backup.toFixed(1)} s`)
  await loseTheDisk()
  await undoAMistake()
} finally {
  signal(server!, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

/** The machine's disk is gone, with all that was not archived yet. */
async function loseTheDisk(): Promise<void> {
  const stop = await write()
  await after((archiveTimeout + 20 + Math.random() * archiveTimeout) * 1000)
  signal(server, 'SIGKILL')
  const diedAt = Date.now()
  await server.ended
  await stop()
  rmSync(data, { recursive: true, force: true })
  const took = await recover(['restore'])
  const { lost, db } = await compared(() => true)
  const lastKept = acknowledged.find(({ n }) => n === written - lost)!
  console.log(
    `The disk was lost: ${written} changes acknowledged, ${lost} lost, of the last ${((diedAt - lastKept.at) / 1000).toFixed(1)} s; writes again ${took.toFixed(1)} s after the restore was begun`,
  )
  await goOn(db)
}

/** Someone deletes rows as the owner, and it is noticed later. */
async function undoAMistake(): Promise<void> {
  const stop = await write()
  await after(5000)
  const before = new Date()
  await after(1500)
  const { db } = connect(url, 1)
  await sql`set session_replication_role = replica`.execute(db)
  await sql`delete from people where name like 'Drill %'`.execute(db)
  await sql`select pg_switch_wal()`.execute(db)
  await db.destroy()
  await after(5000)
  await stop()
  signal(server, 'SIGINT')
  await server.ended
  const took = await recover([
    'restore',
    '--delta',
    '--type=time',
    `--target=${before.toISOString().replace('T', ' ').replace('Z', '+00')}`,
    '--target-action=promote',
  ])
  const { lost, db: restored } = await compared(({ at }) => at < before.getTime())
  if (lost > 0) throw new Error(`${lost} changes from before the mistake are lost.`)
  console.log(
    `A mistake was undone: nothing from before its second is lost; writes again ${took.toFixed(1)} s after the restore was begun`,
  )
  await goOn(restored)
}

/** Restores, starts, and waits until the database takes writes. */
async function recover(restore: readonly string[]): Promise<number> {
  const from = performance.now()
  pgbackrest(...restore)
  start()
  await isUp()
  return (performance.now() - from) / 1000
}

/** How many of the acknowledged changes are not there. What is there has to be the first ones, without a gap. */
async function compared(isMeant: (one: { n: number; at: number }) => boolean) {
  const { db } = connect(url, 2)
  const { rows } = await sql<{ n: number }>`
    select substring(name from 7)::int as n from people where name like 'Drill %' order by 1`.execute(db)
  const there = new Set(rows.map(({ n }) => n))
  if (rows.some(({ n }, index) => n !== index + 1)) throw new Error('There is a gap in what was restored.')
  return { lost: acknowledged.filter((one) => isMeant(one) && !there.has(one.n)).length, db }
}

/** The ledger is whole; the heads on the service's own disk know more, which two people accept; then new heads follow. */
async function goOn(db: Database): Promise<void> {
  await placeEntries(db)
  const problem = checkLedger(await listEntries(db), null)
  if (problem) throw new Error(`The ledger: ${JSON.stringify(problem)}`)
  const acceptance = { reason: 'A rehearsal of recovery.', by: 'Rae Root', confirmed_by: 'Kit Keys' }
  const restored = await restoredInPlace(db, config().dataDir)
  await acceptRestore(db, restored, acceptance, config().dataDir, new Date())
  await head(db)
  const { rows } = await sql<{ n: number }>`
    select substring(name from 7)::int as n from people where name like 'Drill %'`.execute(db)
  written = rows.length
  acknowledged = acknowledged.filter(({ n }) => n <= written)
  await db.destroy()
}

/** Writes people with their ledger entries, one after another, and heads of the ledger onto this machine's disk. */
async function write(): Promise<() => Promise<void>> {
  const { db } = connect(url, 2)
  let isDone = false
  const writing = (async () => {
    while (!isDone) {
      const n = written + 1
      try {
        await writeEvidence(db, async (trx) => {
          await trx
            .insertInto('people')
            .values({ name: `Drill ${n}` })
            .execute()
          trx.record({
            kind: 'roster-changed',
            actor_id: null,
            subject: `drill:${n}`,
            facts: { n },
            at: new Date(),
          })
        })
      } catch {
        return
      }
      written = n
      acknowledged.push({ n, at: Date.now() })
      if (n % 50 === 0) await head(db).catch(() => {})
      await after(20)
    }
  })()
  return async () => {
    isDone = true
    await writing
    await Promise.race([db.destroy(), after(2000)])
  }
}

function config() {
  return readConfig({ DATA_DIR: path.join(folder, 'service'), BASE_URL: 'http://127.0.0.1:3000' })
}

/** Signs a head; one is due each hour, so each comes an hour later. */
async function head(db: Database): Promise<void> {
  headAt += 3600_000
  await keepHead(db, { config: config(), mail: null }, new Date(headAt))
}

function start(): void {
  const archive = `pgbackrest --config=${folder}/pgbackrest.conf --stanza=drill archive-push %p`
  const settings = {
    port: String(port),
    unix_socket_directories: `${folder}/home`,
    archive_mode: 'on',
    archive_command: archive,
    archive_timeout: String(archiveTimeout),
    timezone: 'UTC',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  server = startProgram('postgres', [...asPostgres, `${bin}/postgres`, '-D', data, ...args], tmpdir())
}

/** Up, and no longer in recovery. */
async function isUp(): Promise<void> {
  await until(async () => {
    const { db } = connect(url, 1, { connectionSeconds: 2 })
    const { rows } = await sql<{ is_in_recovery: boolean }>`select pg_is_in_recovery() as is_in_recovery`
      .execute(db)
      .finally(() => db.destroy())
    return !rows[0]!.is_in_recovery
  }, 'the database takes writes')
}

/** Files as large as those of 4,000 certificates. */
async function addBallast(db: Database): Promise<void> {
  await sql`create table ballast as select n, (select string_agg(md5(random()::text || n || m), '')
    from generate_series(1, 2500) m) as file from generate_series(1, 4000) n`.execute(db)
}

async function databaseSize(db: Database): Promise<number> {
  const { rows } = await sql<{ size: number }>`
    select (pg_database_size(current_database()) / 1000000)::int as size`.execute(db)
  return rows[0]!.size
}

function seconds(work: () => void): number {
  const from = performance.now()
  work()
  return (performance.now() - from) / 1000
}
