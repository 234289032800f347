import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { buildApp } from '#server/app.ts'
import { appendOnlyTables, appRoleUrl } from '#server/db/app-role.ts'
import { connect, type Database } from '#server/db/connection.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { aWorld, Client } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { databaseUrl } from '#test/support/db.ts'
import { takeCourse } from '#test/support/taking.ts'

const opened: Database[] = []
afterAll(() => Promise.all(opened.map((db) => db.destroy())))

async function inAppRole() {
  const world = await aWorld()
  const { db } = connect(await appRoleUrl(world.db, await databaseUrl()), 4)
  opened.push(db)
  return { world, db }
}

describe('the role that the service works in', () => {
  test('adds to what is append-only, and cannot change, remove or empty it, whatever it tries', async () => {
    const { world, db } = await inAppRole()
    const tables = await appendOnlyTables(world.db)
    for (const table of [
      'ledger',
      'certificates',
      'certificate_acts',
      'completions',
      'status_lists',
      'ledger_heads',
    ])
      expect(tables).toContain(table)
    const { rows } = await sql<{ may: string }>`
      select t || ' ' || p as may from unnest(${tables}::text[]) t, unnest(array['update', 'delete', 'truncate', 'trigger']) p
      where has_any_column_privilege('safe_harbor_app', t, 'update') or has_table_privilege('safe_harbor_app', t, p)`.execute(
      db,
    )
    expect(rows).toEqual([])
    const done: string[] = []
    for (const table of tables) {
      const [column] = (
        await sql<{ name: string }>`
        select column_name as name from information_schema.columns where table_name = ${table} and is_identity = 'NO' limit 1`.execute(
          db,
        )
      ).rows
      for (const statement of [
        `update ${table} set ${column!.name} = ${column!.name}`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
        `alter table ${table} disable trigger all`,
        `drop table ${table} cascade`,
        `create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'`,
        'set session_replication_role = replica',
        'grant safe_harbor to safe_harbor_app',
      ])
        await sql
          .raw(statement)
          .execute(db)
          .then(
            () => done.push(statement),
            (error) => expect(['42501', '0A000']).toContain(error.code),
          )
    }
    expect(done).toEqual([])
  })

  test('is enough to take a course to its certificate', async () => {
    const { world, db } = await inAppRole()
    const app = await buildApp({
      db,
      catalogue: world.catalogue,
      mail: null,
      clock: () => new Date(),
      config: world.config,
      isDemo: false,
    })
    const client = new Client(app)
    await client.post('/sign-in', { email: 'ada@northstar.example', password: demoPassword })
    const id = await personId(db, 'ada@northstar.example')
    await takeCourse(db, client, id, world.catalogue.courses.get('residential-settings')!.current)
    const { number } = await db
      .selectFrom('certificates')
      .select('number')
      .where('person_id', '=', id)
      .executeTakeFirstOrThrow()
    expect((await client.get(`/certificates/${number}.pdf`)).statusCode).toBe(200)
    await app.close()
  }, 120_000)
})
