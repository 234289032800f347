import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { migrate, migrationsFolder, schemaState } from '#server/db/migrate.ts'
import { databaseUrl, emptyDatabase } from '#test/support/db.ts'

const project = path.join(import.meta.dirname, '../..')

test('the table types in server/db/schema.ts are those of the migrated database', async () => {
  const result = spawnSync(
    'node_modules/.bin/kysely-codegen',
    ['--url', await databaseUrl(), '--out-file', 'server/db/schema.ts', '--verify'],
    { cwd: project, encoding: 'utf8' },
  )
  expect(result.stdout + result.stderr).toContain('up-to-date')
  expect(result.status).toBe(0)
})

test('migrating an up-to-date database changes nothing, even if two processes do it at once', async () => {
  const db = await emptyDatabase()
  expect(await Promise.all([migrate(db), migrate(db)])).toEqual([[], []])
})

test('a failed migration is named and leaves the schema unchanged', async () => {
  const db = await emptyDatabase()
  // Inside the project, so that the copies find their packages.
  const folder = mkdtempSync(path.join(import.meta.dirname, 'broken-'))
  try {
    cpSync(migrationsFolder, folder, { recursive: true })
    writeFileSync(
      path.join(folder, '9999-broken.ts'),
      `import { sql } from 'kysely'
       export async function up(db) {
         await sql\`create table half_made (id int)\`.execute(db)
         await sql\`select this_does_not_exist\`.execute(db)
       }`,
    )
    await expect(migrate(db, folder)).rejects.toThrow(/9999-broken/)
  } finally {
    rmSync(folder, { recursive: true })
  }
  const tables = await db.introspection.getTables()
  expect(tables.map(({ name }) => name)).not.toContain('half_made')
})

test('the program refuses a database that a newer version has migrated, and says so', async () => {
  const db = await emptyDatabase()
  const name = '299912312359-from-the-future'
  await sql`insert into kysely_migration (name, timestamp) values (${name}, 'now')`.execute(db)
  try {
    expect(await schemaState(db)).toBe('newer than this version')
    await expect(migrate(db)).rejects.toThrow(
      /brought up to date by a newer version of this program: it has the migration 299912312359-from-the-future/,
    )
  } finally {
    await sql`delete from kysely_migration where name = ${name}`.execute(db)
  }
})

test('migrations are numbered by the minute they were written in, so that each comes after all earlier ones', () => {
  const numbers = readdirSync(migrationsFolder).map(
    (file) => /^(\d+)-[a-z0-9-]+\.ts$/.exec(file)?.[1] ?? file,
  )
  // The first ones were counted.
  const later = numbers.filter((number) => !/^00[01]\d$/.test(number))
  for (const number of later)
    expect(number).toMatch(/^20\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])([01]\d|2[0-3])[0-5]\d$/)
  expect(new Set(numbers).size).toBe(numbers.length)
})

test('a migration that was written earlier and merged later still reaches a database', async () => {
  const db = await emptyDatabase()
  const folder = mkdtempSync(path.join(import.meta.dirname, 'late-'))
  const name = '202611010000-merged-late'
  try {
    cpSync(migrationsFolder, folder, { recursive: true })
    writeFileSync(
      path.join(folder, `${name}.ts`),
      `import { sql } from 'kysely'
       export const up = (db) => sql\`create table merged_late (id int)\`.execute(db)`,
    )
    expect(await migrate(db, folder)).toEqual([name])
    await sql`drop table merged_late`.execute(db)
  } finally {
    await sql`delete from kysely_migration where name = ${name}`.execute(db)
    rmSync(folder, { recursive: true })
  }
})

test('the statement for renumbered migrations in docs/operations.md runs as it is printed', async () => {
  const text = readFileSync(path.join(project, 'docs/operations.md'), 'utf8')
  const statement = /^ {4}update kysely_migration [^;]*;$/m.exec(text)?.[0] ?? ''
  const pairs = [...statement.matchAll(/\('([\w-]+)', '([\w-]+)'\)/g)].map(([, was, now]) => ({ was, now }))
  expect(pairs.length).toBeGreaterThan(5)
  const files = readdirSync(migrationsFolder)
  expect(pairs.filter(({ now }) => !files.includes(`${now}.ts`))).toEqual([])
  const rolledBack = new Error('only tried')
  const trying = (await emptyDatabase()).transaction().execute(async (trx) => {
    for (const { was, now } of pairs)
      await sql`update kysely_migration set name = ${was} where name = ${now}`.execute(trx)
    expect(await schemaState(trx)).toBe('newer than this version')
    await sql.raw(statement).execute(trx)
    expect(await schemaState(trx)).toBe('current')
    throw rolledBack
  })
  await expect(trying).rejects.toBe(rolledBack)
})
