import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { appendOnlyTables } from '#server/db/app-role.ts'
import { asTheService, emptyDatabase } from '#test/support/db.ts'

describe('the service’s database role', () => {
  test('can insert into append-only tables but not update, delete or truncate them', async () => {
    const tables = await appendOnlyTables(await emptyDatabase())
    const db = await asTheService()
    for (const table of [
      'ledger',
      'certificates',
      'certificate_status_changes',
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
})
