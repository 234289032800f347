import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  acceptanceProblem,
  acceptRestore,
  restoredInPlace,
  restoreKeys,
} from '#server/backup/accepting.actions.ts'
import { makeBackup, writeBackup } from '#server/backup/backup.actions.ts'
import { restoreBackup } from '#server/backup/restore.actions.ts'
import { verifyBackupIn } from '#server/backup/verify.actions.ts'
import { catchUpCertificates } from '#server/certificates/certificates/catch-up.actions.ts'
import { readKeyFile } from '#server/certificates/credentials/key-file.ts'
import { publishedKeys } from '#server/certificates/credentials/keys.ts'
import { checkKeys } from '#server/certificates/credentials/keys-at-start.actions.ts'
import { keepHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import { connect } from '#server/db/connection.ts'
import { schemaState } from '#server/db/migrate.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { checkLedger } from '#server/ledger/checking.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { databaseUrl, serviceUrl } from '#test/support/db.ts'
import { placedEntries } from '#test/support/ledger.ts'
import { newFolder } from '#test/support/service.ts'

const passphrase = 'four quiet harbors at dusk'

describe('a backup made while the service writes', () => {
  const folder = newFolder()
  const file = path.join(folder, 'backup.tar.gz')
  const restoredKeys = path.join(folder, 'keys.json')
  let world: World
  let config: World['config']

  beforeAll(async () => {
    world = await aWorld()
    config = { ...world.config, backupPassphrase: passphrase }
    await catchUpCertificates(world.db, { issuer: config, keysFile: config.keysFile }, world.clock.now)
    await keepHead(world.db, { config, mail: null }, world.clock.now)
    let isDone = false
    const write = async () => {
      for (let n = 0; !isDone; n++) await addPerson(world, n)
    }
    const writers = Promise.all([write(), write()])
    while ((await countPeople(await databaseUrl())) < 50)
      await new Promise((resolve) => setTimeout(resolve, 10))
    // In the service's own role, as the nightly job does it.
    await writeBackup(await serviceUrl(), config, file, world.clock.now)
    isDone = true
    await writers
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is one file that its owner alone can read, without the keys in the clear', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['backup.tar.gz'])
    const { keys } = await readKeyFile(config.keysFile)
    expect(gunzipSync(readFileSync(file)).includes(keys[0]!.secret_key_multibase)).toBe(false)
  })

  test('holds one instant: each person written in a transaction is there with their ledger row, or neither is', async () => {
    const url = await newDatabase('backup_instant')
    await restoreBackup(file, url)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query(`
      select (select count(*)::int from people where name like 'Drill %') as people,
        (select count(*)::int from ledger_entries where subject like 'drill:%') as entries`)
    expect(rows[0].people).toBeGreaterThan(10)
    expect(rows[0].people).toBe(rows[0].entries)
    await client.end()
    await dropDatabase('backup_instant')
  })

  test('can be relied on: every count, the ledger and every signature are as they were', async () => {
    const url = await newDatabase('backup_verified')
    const keys = publishedKeys(await readKeyFile(config.keysFile))
    const { problems, certificates, rows, restored } = await verifyBackupIn(url, file, keys)
    expect(problems).toEqual([])
    expect(certificates).toBeGreaterThan(0)
    expect(rows).toBeGreaterThan(100)
    expect(restored.manifest.ledger.note).toContain('/ledger')
    const { db } = connect(url, 2)
    expect(await schemaState(db)).toBe('current')
    await expect(db.deleteFrom('ledger').execute()).rejects.toThrow()
    await db.destroy()
    await dropDatabase('backup_verified')
  })

  test('with a signature of another key is found, with the number of its certificate', async () => {
    const url = await newDatabase('backup_signed')
    const { problems } = await verifyBackupIn(url, file, { keys: [] })
    expect(problems.join('\n')).toMatch(/^Certificate SH-\d{6}: /m)
    await dropDatabase('backup_signed')
  })

  test.each([
    ['cut off', (bytes: Buffer) => gzipSync(half(gunzipSync(bytes))), /cut off|damaged/],
    [
      'altered in a row',
      (bytes: Buffer) => gzipSync(replaced(gunzipSync(bytes), 'Drill 1', 'Thrill1')),
      /Table people/,
    ],
    ['no backup', () => Buffer.from('not a backup'), /damaged or is not a backup/],
  ])('that is %s restores nothing', async (_name, change, says) => {
    const bad = path.join(folder, 'bad.tar.gz')
    writeFileSync(bad, change(readFileSync(file)))
    const url = await newDatabase('backup_bad')
    await expect(restoreBackup(bad, url).then(() => 'restored')).rejects.toThrow(says)
    rmSync(bad)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query("select to_regclass('people') as people")
    if (rows[0].people) expect((await client.query('select from people')).rowCount).toBe(0)
    await client.end()
    await dropDatabase('backup_bad')
  })

  test('is not restored over anything', async () => {
    await expect(restoreBackup(file, await databaseUrl())).rejects.toThrow('The database is not empty.')
  })

  test('is accepted as an act of two people with a reason, after which heads go on, with the break on record', async () => {
    const url = await newDatabase('backup_accepted')
    const { db } = connect(url, 2)
    const dataDir = path.join(folder, 'data')
    // The disk remembers more of the ledger than the backup holds.
    const later = new Date(world.clock.now.getTime() + 24 * 3600 * 1000)
    await keepHead(world.db, { config: { ...config, dataDir }, mail: null }, later)
    const known = (await placedEntries(world.db)).length
    const restored = await restoreBackup(file, url)
    const acceptance = { reason: 'The disk of the server failed.', by: 'Rae Root', confirmed_by: 'Kit Keys' }
    // The same is known of a database that other tools brought back.
    const { size, root } = restored.manifest.ledger
    expect((await restoredInPlace(db, dataDir)).manifest.ledger).toEqual({ size, root })
    const { setAside } = await acceptRestore(db, restored, acceptance, dataDir, later)
    expect(readdirSync(setAside!)).toContain('hashes.txt')
    const rows = await placedEntries(db)
    // What had no place yet when the backup was made gets one before the restore's own row.
    const { ledger, tables } = restored.manifest
    expect(rows).toHaveLength(ledger.size + tables.ledger_arrivals!.rows + 1)
    expect(JSON.parse(rows.at(-1)!.facts)).toMatchObject({
      ...acceptance,
      rows_restored: restored.manifest.ledger.size,
      rows_known_before: known,
    })
    const afterwards = new Date(later.getTime() + 24 * 3600 * 1000)
    const head = await keepHead(db, { config: { ...config, dataDir }, mail: null }, afterwards)
    expect(head.kind).toBe('kept')
    await expect(restoredInPlace(db, dataDir)).rejects.toThrow('There is nothing to accept.')
    expect(checkLedger(await placedEntries(db), null)).toBeNull()
    await db.destroy()
    await dropDatabase('backup_accepted')
  })

  test('gives the keys back to anyone who has the passphrase', async () => {
    const url = await newDatabase('backup_keys')
    const restored = await restoreBackup(file, url)
    await expect(restoreKeys(restored, restoredKeys, 'another passphrase altogether')).rejects.toThrow(
      'The passphrase does not open',
    )
    await restoreKeys(restored, restoredKeys, passphrase)
    expect(await readKeyFile(restoredKeys)).toEqual(await readKeyFile(config.keysFile))
    await dropDatabase('backup_keys')
  })

  test('does not start without the keys that signed its certificates, nor with keys that others can read', async () => {
    const url = await newDatabase('backup_keyless')
    await restoreBackup(file, url)
    const { db } = connect(url, 2)
    const keysFile = path.join(folder, 'start-keys.json')
    const { keys } = await readKeyFile(config.keysFile)
    const lost = keys.map(({ id }) => id)
    await expect(checkKeys(db, keysFile, [])).rejects.toThrow(lost[0])
    await expect(checkKeys(db, keysFile, [])).rejects.toThrow('Put the key file back')
    await checkKeys(db, keysFile, lost)
    writeFileSync(keysFile, '{', { mode: 0o600 })
    await expect(checkKeys(db, keysFile, lost)).rejects.toThrow('is not JSON')
    copyFileSync(config.keysFile, keysFile)
    await checkKeys(db, keysFile, [])
    chmodSync(keysFile, 0o644)
    await expect(checkKeys(db, keysFile, [])).rejects.toThrow('can be read by other users')
    await db.destroy()
    await dropDatabase('backup_keyless')
  })

  test('is made by the clock, and the oldest are removed, but no other file', async () => {
    const where = { folder: path.join(folder, 'nightly'), keep: 2 }
    mkdirSync(where.folder)
    copyFileSync(file, path.join(where.folder, 'my-own.tar.gz'))
    for (const day of ['2027-03-01', '2027-03-02', '2027-03-03'])
      await makeBackup(await serviceUrl(), config, where, new Date(`${day}T08:20:00Z`))
    expect(readdirSync(where.folder).sort()).toEqual([
      'my-own.tar.gz',
      'safe-harbor-2027-03-02T082000Z.tar.gz',
      'safe-harbor-2027-03-03T082000Z.tar.gz',
    ])
  })
})

test('a restore without a reason, or by one person alone, is not accepted', () => {
  const good = { reason: 'The disk of the server failed.', by: 'Rae Root', confirmed_by: 'Kit Keys' }
  expect(acceptanceProblem(good)).toBeNull()
  expect(acceptanceProblem({ ...good, reason: ' ' })).toMatch('--reason')
  expect(acceptanceProblem({ ...good, by: '' })).toMatch('--by')
  expect(acceptanceProblem({ ...good, confirmed_by: ' rae root ' })).toMatch('Two different people')
})

const addPerson = ({ db }: World, n: number) =>
  writeEvidence(db, async (trx) => {
    const person = await trx
      .insertInto('people')
      .values({ name: `Drill ${n}`, email: `${randomUUID()}@drill.example` })
      .returning('id')
      .executeTakeFirstOrThrow()
    const entry = { kind: 'roster-changed' as const, actor_id: null, facts: {}, at: new Date() }
    trx.record({ ...entry, subject: `drill:${person.id}` })
  })

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)

async function countPeople(url: string): Promise<number> {
  const { db } = connect(url, 1)
  const people = await db.selectFrom('people').select('id').execute()
  await db.destroy()
  return people.length
}

/** The same number of bytes, so that the archive itself stays whole. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(`\t${from}`)
  expect(at).toBeGreaterThan(0)
  const copy = Buffer.from(bytes)
  copy.write(`\t${to}`, at)
  return copy
}

async function newDatabase(name: string): Promise<string> {
  await dropDatabase(name)
  await asAdmin(`create database ${name}`)
  return (await databaseUrl()).replace(/[^/]+$/, name)
}

const dropDatabase = (name: string) => asAdmin(`drop database if exists ${name} with (force)`)

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: (await databaseUrl()).replace(/[^/]+$/, 'postgres') })
  await client.connect()
  await client.query(statement)
  await client.end()
}
