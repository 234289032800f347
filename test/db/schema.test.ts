import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { migrate, migrationsFolder } from '#server/db/migrate.ts'
import { databaseUrl, emptyDatabase } from '#test/support/db.ts'

const project = path.join(import.meta.dirname, '../..')

test('the table types in server/db/schema.ts are those of the migrated database', async () => {
  const from = [
    '--url',
    await databaseUrl(),
    '--dialect',
    'postgres',
    '--exclude-pattern',
    '{kysely_*,pgboss.*}',
  ]
  const types = ['--date-parser', 'string', '--type-mapping', '{"int8":"number"}']
  const out = ['--out-file', 'server/db/schema.ts', '--verify']
  const result = spawnSync('node_modules/.bin/kysely-codegen', [...from, ...types, ...out], {
    cwd: project,
    encoding: 'utf8',
  })
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
