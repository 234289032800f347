import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Role } from './roles.ts'

type GroupRole = Readonly<{
  id: string
  source: string
  group_name: string
  role: Role
  program_id: string | null
  holder_id: string | null
  made_by: string
}>

/** A supervisor's role reaches no further than reading; every other one waits for a second person. */
const isInForce = sql<boolean>`(g.ended_at is null and (g.role = 'supervisor' or g.confirmed_at is not null))`

export async function listGroupRolesInForce(db: Kysely<DB>, source: string): Promise<readonly GroupRole[]> {
  const { rows } = await sql<GroupRole>`
    select g.id, g.source, g.group_name, g.role, g.program_id, g.holder_id, g.made_by
    from group_roles g where g.source = ${source} and ${isInForce} order by g.made_at, g.id`.execute(db)
  return rows
}

/** Open roles that groups of this source gave a person. */
export async function listRolesByGroup(db: Kysely<DB>, source: string, personId: string) {
  const { rows } = await sql<GroupRole & { group_role_id: string }>`
    select r.id, m.group_role_id, g.source, g.group_name, r.role, r.program_id, r.holder_id, g.made_by
    from roles r join group_role_grants m on m.role_id = r.id join group_roles g on g.id = m.group_role_id
    where g.source = ${source} and r.person_id = ${personId} and r.ended_at is null`.execute(db)
  return rows
}

/** Open roles that one mapping gave. */
export async function listRolesByMapping(db: Kysely<DB>, mappingId: string) {
  const { rows } = await sql<GroupRole & { group_role_id: string; person_id: string }>`
    select r.id, r.person_id, m.group_role_id, g.source, g.group_name, r.role, r.program_id, r.holder_id, g.made_by
    from roles r join group_role_grants m on m.role_id = r.id join group_roles g on g.id = m.group_role_id
    where g.id = ${mappingId} and r.ended_at is null`.execute(db)
  return rows
}

/** Active members of a mapping's group, as its directory named them, each with all of their groups there. */
export async function listMembersOf(db: Kysely<DB>, mappingId: string) {
  const { source, group_name } = await db
    .selectFrom('group_roles')
    .select(['source', 'group_name'])
    .where('id', '=', mappingId)
    .executeTakeFirstOrThrow()
  const { rows: members } = await sql<{ person_id: string; groups: string[] }>`
    select m.person_id, array_agg(g.display_name) as groups
    from scim_group_members m join scim_groups g on g.id = m.group_id
    join people p on p.id = m.person_id and p.disabled_at is null
    where ${source} = 'scim:' || g.connection_id::text
    group by m.person_id having bool_or(lower(g.display_name) = lower(${group_name}))`.execute(db)
  return { source, members }
}
