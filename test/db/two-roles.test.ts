import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '#server/config.ts'
import { findEvidenceRisks } from '#server/db/app-role.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { openDatabase } from '#server/db/open.ts'
import { databaseUrl, emptyDatabase } from '#test/support/db.ts'

const role = `service_of_${process.pid}`

const urls = async () => {
  const adminUrl = await databaseUrl()
  const url = new URL(adminUrl)
  url.username = role
  url.password = 'p@ss/w:rd'
  return { adminUrl, serviceUrl: url.href }
}

const opened = (environment: Record<string, string>) =>
  openDatabase(readConfig({ DATABASE_POOL: '2', DATABASE_START_SECONDS: '0', ...environment }))

const outcome = (db: Database, statement: string): Promise<string> =>
  sql
    .raw(statement)
    .execute(db)
    .then(
      () => 'done',
      ({ code }) => code,
    )

afterAll(async () => {
  const db = await emptyDatabase()
  await sql.raw(`drop owned by ${role}`).execute(db)
  await sql.raw(`drop role ${role}`).execute(db)
})

test('DATABASE_ADMIN_URL migrates and makes the service’s role, which can add evidence but not change it', async () => {
  await emptyDatabase()
  const { adminUrl, serviceUrl } = await urls()
  const first = await opened({ DATABASE_URL: serviceUrl, DATABASE_ADMIN_URL: adminUrl })
  await first.close()
  // From then on, the service needs its own address alone.
  const { db, close } = await opened({ DATABASE_URL: serviceUrl })
  expect((await sql<{ u: string }>`select current_user as u`.execute(db)).rows[0]!.u).toBe(role)
  expect(await findEvidenceRisks(db)).toEqual([])
  expect(await outcome(db, `insert into people (name) values ('Ada')`)).toBe('done')
  for (const statement of [
    `update ledger set facts = '{}'`,
    'delete from certificates',
    'truncate completions cascade',
    'alter table ledger disable trigger all',
    `update sign_ins set address = ''`,
    'create table public.other (id int)',
    `delete from kysely_migration`,
    'set session_replication_role = replica',
  ])
    expect([statement, await outcome(db, statement)]).toEqual([statement, '42501'])
  await close()
})

test('a role that could change evidence is named, with what it could do', async () => {
  const owner = await emptyDatabase()
  expect(await findEvidenceRisks(owner)).toEqual([
    expect.stringContaining('is a superuser or can turn triggers off'),
  ])
  const { serviceUrl } = await urls()
  await sql.raw(`grant update on ledger to ${role}`).execute(owner)
  const { db } = connect(serviceUrl, 1)
  expect(await findEvidenceRisks(db)).toEqual([
    `The database role ${role} may update, delete or truncate 1 append-only tables.`,
  ])
  await db.destroy()
  // Each migration takes back what was given by hand.
  const { adminUrl } = await urls()
  const again = await opened({ DATABASE_URL: serviceUrl, DATABASE_ADMIN_URL: adminUrl })
  expect(await findEvidenceRisks(again.db)).toEqual([])
  await again.close()
})

test('a service that may not migrate says which command does', async () => {
  const owner = await emptyDatabase()
  const { serviceUrl } = await urls()
  const { rows } = await sql<{ name: string; timestamp: string }>`
    delete from kysely_migration where name = (select max(name) from kysely_migration) returning name, timestamp`.execute(
    owner,
  )
  await expect(opened({ DATABASE_URL: serviceUrl })).rejects.toThrow(
    'Run npm run migrate with DATABASE_ADMIN_URL',
  )
  await sql`insert into kysely_migration (name, timestamp) values (${rows[0]!.name}, ${rows[0]!.timestamp})`.execute(
    owner,
  )
})

test('the two addresses name two roles', () => {
  const [one, other] = ['postgres://app:x@db/lms', 'postgres://owner:x@db/lms']
  expect(() => readConfig({ DATABASE_URL: one, DATABASE_ADMIN_URL: one })).toThrow('name the same role')
  expect(() => readConfig({ DATABASE_ADMIN_URL: one })).toThrow('needs DATABASE_URL')
  expect(readConfig({ DATABASE_URL: one, DATABASE_ADMIN_URL: other }).databaseAdminUrl).toBe(other)
})
