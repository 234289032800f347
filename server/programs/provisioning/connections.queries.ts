import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { dayOf } from '#server/lib/days.ts'

/** A directory that provisions accounts here, such as an agency's or a license holder's. */
export type Connection = Readonly<{
  id: string
  label: string
  holder_id: string | null
  domains: readonly string[]
  created_by: string
}>

/** A token works while its connection does, until its day, and while the one who made it is a system administrator. */
const isInForce = (now: Date) => sql<boolean>`(c.ended_at is null and c.expires_at > ${now}::timestamptz
  and exists (select from people o where o.id = c.created_by and o.disabled_at is null)
  and exists (select from roles r where r.person_id = c.created_by and r.role = 'system_admin' and r.ended_at is null))`

export async function findConnectionByToken(
  db: Kysely<DB>,
  tokenHash: string,
  address: string,
  now: Date,
): Promise<(Connection & { is_noted: boolean; is_logged: boolean }) | undefined> {
  const { rows } = await sql<Connection & { is_noted: boolean; is_logged: boolean }>`
    select c.id, c.label, c.holder_id, c.domains, c.created_by,
      coalesce(c.last_used_at > ${now}::timestamptz - interval '1 hour', false) as is_noted,
      exists (select from token_uses u where u.scim_connection_id = c.id and u.used_on = ${dayOf(now)} and u.address = ${address}) as is_logged
    from scim_connections c where c.token_hash = ${tokenHash} and ${isInForce(now)}`.execute(db)
  return rows[0]
}

type ConnectionLine = Connection &
  Readonly<{
    holder: string | null
    owner: string
    created_at: Date
    expires_at: Date
    last_used_at: Date | null
    works: boolean
    users: number
  }>

export async function listConnections(db: Kysely<DB>, now: Date): Promise<readonly ConnectionLine[]> {
  const { rows } = await sql<ConnectionLine>`
    select c.id, c.label, c.holder_id, c.domains, c.created_by, h.name as holder, o.name as owner, c.created_at,
      c.expires_at, c.last_used_at, ${isInForce(now)} as works,
      (select count(*) from scim_users u where u.connection_id = c.id and u.removed_at is null)::int as users
    from scim_connections c join people o on o.id = c.created_by
    left join license_holders h on h.id = c.holder_id
    where c.ended_at is null order by c.created_at desc`.execute(db)
  return rows
}

export const listHolders = (db: Kysely<DB>) =>
  db.selectFrom('license_holders').select(['id', 'name']).orderBy('name').execute()
