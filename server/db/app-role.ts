import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import type { Database } from './connection.ts'

const role = 'safe_harbor_app'

/**
 * The database role of the service. It can read and write, but it can only insert into append-only tables. It owns
 * nothing, so it can't disable triggers. The owner creates it after each migration, with a new password at each
 * start. Returns the URL to connect with.
 */
export async function appRoleUrl(owner: Database, ownerUrl: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  await owner.transaction().execute(async (trx) => {
    const run = (text: string) => sql.raw(text).execute(trx)
    const { rows } = await sql`select from pg_roles where rolname = ${role}`.execute(trx)
    await run(`${rows.length === 0 ? 'create' : 'alter'} role ${role} login nosuperuser nocreatedb nocreaterole
      password ${pg.escapeLiteral(password)}`)
    await run(`grant usage on schema public to ${role}`)
    await run(`grant select, insert, update, delete on all tables in schema public to ${role}`)
    await run(`grant usage on all sequences in schema public to ${role}`)
    // The job queue is not evidence: its rows can be changed and deleted.
    await run(`grant usage on schema pgboss to ${role}`)
    await run(`grant select, insert, update, delete on all tables in schema pgboss to ${role}`)
    await run(`grant execute on all functions in schema pgboss to ${role}`)
    for (const table of await appendOnlyTables(trx))
      await run(`revoke update, delete, truncate, trigger, references on ${table} from ${role}`)
    for (const table of await keptTables(trx))
      await run(`revoke update, truncate, trigger, references on ${table} from ${role}`)
    // Only the owner runs migrations.
    await run(`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${role}`)
  })
  const url = new URL(ownerUrl)
  url.username = role
  url.password = password
  return url.href
}

/** The tables whose triggers refuse every update and delete. */
export const appendOnlyTables = (db: Database) => tablesWith(db, 'refuse_change')

/** The tables whose triggers refuse every update, and deletes for 180 days. */
const keptTables = (db: Database) => tablesWith(db, 'refuse_change_for_180_days')

async function tablesWith(db: Database, trigger: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct t.tgrelid::regclass::text as name from pg_trigger t
    where t.tgfoid = ${trigger}::regproc and t.tgtype & 1 = 1 order by 1`.execute(db)
  return rows.map(({ name }) => name)
}
