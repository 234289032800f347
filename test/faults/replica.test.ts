import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { migrate } from '#server/db/migrate.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { fillDemo } from '#server/demo/fill.ts'
import { config, theCourses } from '#test/support/app.ts'
import { newFolder, run, type Service, startService, Visitor } from '#test/support/service.ts'

type Postgres = Awaited<ReturnType<typeof startEmbeddedPostgres>>

const folders = { primary: newFolder(), standby: newFolder(), other: newFolder(), data: newFolder() }
const running: { service?: Service; servers: Set<Postgres> } = { servers: new Set() }
afterAll(async () => {
  running.service?.process.kill('SIGTERM')
  await running.service?.ended
  for (const server of running.servers) await server.stop()
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true })
})

const started = async (folder: string) => {
  const server = await startEmbeddedPostgres(folder)
  running.servers.add(server)
  return server
}
const stopped = async (server: Postgres) => {
  running.servers.delete(server)
  await server.stop()
}

test('lists are read on a streaming replica, say as of when if it is behind, and on the primary if it is too far behind or down', {
  timeout: 900_000,
}, async () => {
  const primary = await started(folders.primary)
  const { db } = connect(primary.url, 4)
  await migrate(db)
  await installQueue(db)
  const residential = theCourses().courses.get('residential-settings') ?? null
  const issuer = { ...config, keysFile: path.join(folders.data, 'keys.json') }
  await fillDemo(db, { residential, issuer }, new Date())
  await copyCluster(primary.url)
  const standby = await started(folders.standby)

  const settings = { DATABASE_URL: primary.url, DATA_DIR: folders.data, SECOND_FACTOR: 'optional' }
  const other = await started(folders.other)
  for (const [url, problem] of [
    [primary.url, 'are the same address'],
    [primary.url.replace(/\w+$/, 'postgres'), 'leads to another database'],
    [standby.url.replace(/\w+$/, 'postgres'), 'leads to another database'],
    [other.url, 'leads to another database'],
  ] as const) {
    const refused = await run(['server/main.ts'], { ...settings, DATABASE_REPLICA_URL: url })
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining(problem)])
  }
  await stopped(other)

  const replica = { DATABASE_REPLICA_URL: standby.url, DATABASE_REPLICA_SECONDS: '8' }
  const service = await startService({ ...settings, ...replica })
  running.service = service
  const lee = new Visitor(service.address)
  await lee.post('/sign-in', { email: 'lee@licensing.example', password: demoPassword })
  const found = async (word: string) => {
    const { status, body } = await lee.get(`/licensing?search=${word}`)
    expect(status).toBe(200)
    return { found: !body.includes('No matches.'), isLate: body.includes('isn’t shown yet') }
  }
  const readsOnReplica = () => countReads(standby)

  // Shown at once, though it was saved a moment before; and it is the replica that read.
  const before = await readsOnReplica()
  await rename(db, 'Kingfisher')
  expect(await found('Kingfisher')).toEqual({ found: true, isLate: false })
  await expect.poll(readsOnReplica, { timeout: 30_000 }).toBeGreaterThan(before)

  // Replay stops: the page says so, a file is read on the primary.
  const pause = await pauseReplay(standby)
  await rename(db, 'Heron')
  expect(await found('Heron')).toEqual({ found: false, isLate: true })
  expect((await lee.get('/licensing/overview.csv')).body).toContain('Heron')
  await expect
    .poll(() => found('Heron'), { timeout: 30_000, interval: 500 })
    .toEqual({
      found: true,
      isLate: false,
    })
  const paused = await readsOnReplica()
  await pause.end()
  const readsThere = async () => (await found('Heron')).found && (await readsOnReplica()) > paused
  await expect.poll(readsThere, { timeout: 60_000, interval: 500 }).toBe(true)

  // The replica goes; pages come all the same.
  await stopped(standby)
  expect(await found('Heron')).toEqual({ found: true, isLate: false })
  await db.destroy()
})

/** What a base backup does, without its program: the files while the primary writes, and where their log begins. */
async function copyCluster(url: string): Promise<void> {
  const from = path.join(folders.primary, 'postgres')
  const to = path.join(folders.standby, 'postgres')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("select pg_backup_start('replica', true)")
  const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot'])
  cpSync(from, to, {
    recursive: true,
    filter: (file) => !leftOut.has(path.relative(from, file)),
  })
  for (const empty of ['pg_wal', 'pg_wal/archive_status', 'pg_wal/summaries', 'pg_replslot'])
    mkdirSync(path.join(to, empty), { mode: 0o700 })
  const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
  await client.end()
  writeFileSync(path.join(to, 'backup_label'), rows[0].labelfile)
  writeFileSync(path.join(to, 'standby.signal'), '')
  const { username, password, port } = new URL(url)
  appendFileSync(
    path.join(to, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
  )
  cpSync(path.join(folders.primary, 'postgres-password'), path.join(folders.standby, 'postgres-password'))
}

async function rename(db: Database, word: string): Promise<void> {
  await sql`update license_holders set name = ${`${word} Homes`} where id in (select holder_id from programs p
    join program_details d on d.program_id = p.id where d.license_number = '9900001')`.execute(db)
}

async function pauseReplay({ url }: Postgres) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('select pg_wal_replay_pause()')
  await expect
    .poll(async () => (await client.query('select pg_get_wal_replay_pause_state() as is')).rows[0].is)
    .toBe('paused')
  return {
    end: async () => {
      await client.query('select pg_wal_replay_resume()')
      await client.end()
    },
  }
}

/** Scans of the programs' table, as the replica's own statistics count them. */
async function countReads({ url }: Postgres): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    "select (seq_scan + coalesce(idx_scan, 0))::int as scans from pg_stat_user_tables where relname = 'license_holders'",
  )
  await client.end()
  return rows[0]?.scans ?? 0
}
