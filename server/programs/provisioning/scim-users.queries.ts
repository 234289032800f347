import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type ScimUserRow = Readonly<{
  person_id: string
  name: string
  email: string | null
  user_name: string
  external_id: string | null
  is_active: boolean
  created_at: Date
  changed_at: Date
  groups: readonly Readonly<{ id: string; name: string }>[]
}>

/** The accounts of a connection, or one of them; an account that was suspended here is not active either. */
export async function listScimUsers(
  db: Kysely<DB>,
  connectionId: string,
  personId: string | null,
): Promise<readonly ScimUserRow[]> {
  const { rows } = await sql<ScimUserRow>`
    select u.person_id, p.name, p.email, u.user_name, u.external_id, u.is_active and p.disabled_at is null as is_active,
      u.created_at, u.changed_at,
      coalesce((select json_agg(json_build_object('id', g.id, 'name', g.display_name) order by g.display_name)
        from scim_group_members m join scim_groups g on g.id = m.group_id
        where m.person_id = u.person_id and g.connection_id = u.connection_id), '[]') as groups
    from scim_users u join people p on p.id = u.person_id
    where u.connection_id = ${connectionId} and u.removed_at is null
      and (${personId}::uuid is null or u.person_id = ${personId}::uuid)
    order by u.created_at, u.person_id`.execute(db)
  return rows
}

/** Work in these programs that has not ended by a day. A holder's connection reaches only its programs. */
export async function listOpenWork(
  db: Kysely<DB>,
  personId: string,
  holderId: string | null,
  on: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ program_id: string }>`
    select distinct a.program_id from assignments a join programs g on g.id = a.program_id
    where a.person_id = ${personId} and a.superseded_at is null and coalesce(a.separated_on > ${on}, true)
      and (${holderId}::uuid is null or g.holder_id = ${holderId}::uuid)
    order by a.program_id`.execute(db)
  return rows.map(({ program_id }) => program_id)
}

/** Whether the person still works or acts somewhere. */
export async function isInUse(db: Kysely<DB>, personId: string, on: string): Promise<boolean> {
  const { rows } = await sql`
    select from assignments a where a.person_id = ${personId} and a.superseded_at is null
      and coalesce(a.separated_on > ${on}, true)
    union all select from roles r where r.person_id = ${personId} and r.ended_at is null limit 1`.execute(db)
  return rows.length > 0
}

export async function isLastSystemAdministrator(db: Kysely<DB>, personId: string): Promise<boolean> {
  const { rows } = await sql<{ person_id: string }>`
    select distinct r.person_id from roles r join people p on p.id = r.person_id
    where r.role = 'system_admin' and r.ended_at is null and p.disabled_at is null`.execute(db)
  return rows.length === 1 && rows[0]?.person_id === personId
}
