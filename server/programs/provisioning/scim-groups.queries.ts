import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type ScimGroupRow = Readonly<{
  id: string
  display_name: string
  external_id: string | null
  created_at: Date
  changed_at: Date
  members: readonly Readonly<{ id: string; name: string }>[]
}>

/** The groups of a connection, or one of them. */
export async function listScimGroups(
  db: Kysely<DB>,
  connectionId: string,
  groupId: string | null,
): Promise<readonly ScimGroupRow[]> {
  const { rows } = await sql<ScimGroupRow>`
    select g.id, g.display_name, g.external_id, g.created_at, g.changed_at,
      coalesce((select json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name, p.id)
        from scim_group_members m join people p on p.id = m.person_id where m.group_id = g.id), '[]') as members
    from scim_groups g
    where g.connection_id = ${connectionId} and (${groupId}::uuid is null or g.id = ${groupId}::uuid)
    order by g.created_at, g.id`.execute(db)
  return rows
}

/** The names of a person's groups in a connection. */
export const listGroupNames = async (
  db: Kysely<DB>,
  connectionId: string,
  personId: string,
): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('scim_groups')
    .innerJoin('scim_group_members', 'group_id', 'scim_groups.id')
    .select('display_name')
    .where('connection_id', '=', connectionId)
    .where('person_id', '=', personId)
    .execute()
  return rows.map(({ display_name }) => display_name)
}
