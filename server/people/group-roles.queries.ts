import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Role } from './roles.ts'

export type GroupRole = Readonly<{
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

/** Who holds an open role that this mapping gave. */
export const listPeopleByMapping = async (db: Kysely<DB>, mappingId: string): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('roles')
    .innerJoin('group_role_grants', 'group_role_grants.role_id', 'roles.id')
    .select('person_id')
    .distinct()
    .where('group_role_id', '=', mappingId)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map(({ person_id }) => person_id)
}
