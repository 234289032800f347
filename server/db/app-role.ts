import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import type { Database } from './connection.ts'

const role = 'safe_harbor_app'

/**
 * The role in which the service itself works: it reads and writes, but what is append-only it can only add to, and it
 * owns nothing, so that it can set no trigger aside. Made by the owner after each migration; the password is this
 * start's alone. Returns the address to connect with.
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
    // The job queue is no evidence: its rows come and go.
    await run(`grant usage on schema pgboss to ${role}`)
    await run(`grant select, insert, update, delete on all tables in schema pgboss to ${role}`)
    await run(`grant execute on all functions in schema pgboss to ${role}`)
    for (const table of await appendOnlyTables(trx))
      await run(`revoke update, delete, truncate, trigger, references on ${table} from ${role}`)
    // The schema's history is the owner's.
    await run(`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${role}`)
  })
  const url = new URL(ownerUrl)
  url.username = role
  url.password = password
  return url.href
}

/** Those whose every change is refused, as their triggers say. */
export async function appendOnlyTables(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct t.tgrelid::regclass::text as name from pg_trigger t
    where t.tgfoid = 'refuse_change'::regproc and t.tgtype & 1 = 1 order by 1`.execute(db)
  return rows.map(({ name }) => name)
}
