import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import type { Database } from './connection.ts'

const embeddedRole = 'safe_harbor_app'

/**
 * The service's role in the embedded database, made again after each migration with a new password at each start.
 * Returns the URL to connect with.
 */
export async function appRoleUrl(owner: Database, ownerUrl: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  await owner.transaction().execute(async (trx) => {
    const verb = (await hasRole(trx, embeddedRole)) ? 'alter' : 'create'
    await sql
      .raw(
        `${verb} role ${embeddedRole} login nosuperuser nocreatedb nocreaterole password ${pg.escapeLiteral(password)}`,
      )
      .execute(trx)
    await giveServiceRights(trx, embeddedRole)
  })
  const url = new URL(ownerUrl)
  url.username = embeddedRole
  url.password = password
  return url.href
}

/**
 * The role that DATABASE_URL names, made if it isn't there, with the service's rights and no others in this database's
 * tables. Run by the owner after each migration; an existing role keeps its password.
 */
export async function makeServiceRole(owner: Database, serviceUrl: string): Promise<void> {
  const { username, password } = new URL(serviceUrl)
  const [name, secret] = [decodeURIComponent(username), decodeURIComponent(password)]
  await owner.transaction().execute(async (trx) => {
    if (!(await hasRole(trx, name)))
      await sql
        .raw(
          `create role ${pg.escapeIdentifier(name)} login nosuperuser nocreatedb nocreaterole password ${pg.escapeLiteral(secret)}`,
        )
        .execute(trx)
    await giveServiceRights(trx, name)
  })
}

const hasRole = async (trx: Database, name: string): Promise<boolean> =>
  (await sql`select from pg_roles where rolname = ${name}`.execute(trx)).rows.length > 0

/**
 * The service can read and write, but it can only insert into append-only tables. It owns nothing, so it can't disable
 * triggers.
 */
async function giveServiceRights(trx: Database, name: string): Promise<void> {
  const role = pg.escapeIdentifier(name)
  const run = (text: string) => sql.raw(text).execute(trx)
  // Two that start together would change the same rights at once, which PostgreSQL refuses.
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-rights'))`.execute(trx)
  await run(`revoke all on all tables in schema public from ${role}`)
  await run(`revoke create on schema public from ${role}`)
  await run(`grant usage on schema public to ${role}`)
  await run(`grant select, insert, update, delete on all tables in schema public to ${role}`)
  await run(`grant usage on all sequences in schema public to ${role}`)
  // The job queue is not evidence: its rows can be changed and deleted.
  await run(`grant usage on schema pgboss to ${role}`)
  await run(`grant select, insert, update, delete on all tables in schema pgboss to ${role}`)
  await run(`grant execute on all functions in schema pgboss to ${role}`)
  for (const table of await appendOnlyTables(trx)) await run(`revoke update, delete on ${table} from ${role}`)
  for (const table of await keptTables(trx)) await run(`revoke update on ${table} from ${role}`)
  // Only the owner runs migrations.
  await run(`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${role}`)
}

/** The tables whose triggers refuse every update and delete. */
export const appendOnlyTables = (db: Database) => tablesWith(db, 'refuse_change')

/** The tables whose triggers refuse every update, and deletes for 180 days or until the ledger has the row. */
const keptTables = async (db: Database) => [
  ...(await tablesWith(db, 'refuse_change_for_180_days')),
  ...(await tablesWith(db, 'refuse_change_until_placed')),
]

async function tablesWith(db: Database, trigger: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct t.tgrelid::regclass::text as name from pg_trigger t
    where t.tgfoid = ${trigger}::regproc and t.tgtype & 1 = 1 order by 1`.execute(db)
  return rows.map(({ name }) => name)
}

/** How the role of this connection could change evidence, in words. Empty if it can't. */
export async function findEvidenceRisks(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{
    role: string
    is_superuser: boolean
    may_make_roles: boolean
    owned: number
    changed: number
  }>`
    with evidence as (
      select distinct c.oid, c.relowner from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where t.tgfoid = 'refuse_change'::regproc and t.tgtype & 1 = 1)
    select r.rolname as role, r.rolsuper or has_parameter_privilege('session_replication_role', 'set') as is_superuser,
      r.rolcreaterole as may_make_roles,
      (select count(*) from evidence e where pg_has_role(current_user, e.relowner, 'member'))::int as owned,
      (select count(*) from evidence e where has_any_column_privilege(e.oid, 'update')
        or has_table_privilege(e.oid, 'delete') or has_table_privilege(e.oid, 'truncate')
        or has_table_privilege(e.oid, 'trigger'))::int as changed
    from pg_roles r where r.rolname = current_user`.execute(db)
  const { role, is_superuser, may_make_roles, owned, changed } = rows[0]!
  if (is_superuser) return [`The database role ${role} is a superuser or can turn triggers off.`]
  return [
    ...(owned > 0
      ? [`The database role ${role} owns ${owned} append-only tables, so it can drop their triggers.`]
      : []),
    ...(changed > 0 && owned === 0
      ? [`The database role ${role} may update, delete or truncate ${changed} append-only tables.`]
      : []),
    ...(may_make_roles ? [`The database role ${role} can make other roles.`] : []),
  ]
}
