import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Role } from '#server/people/roles.ts'

type GroupRoleLine = Readonly<{
  id: string
  source: string
  group_name: string
  role: Role
  where: string | null
  made_by: string
  maker: string
  made_at: Date
  confirmer: string | null
  people: number
}>

/** Every mapping that has not ended, with how many people hold the role by it. */
export async function listGroupRoles(db: Kysely<DB>): Promise<readonly GroupRoleLine[]> {
  const { rows } = await sql<GroupRoleLine>`
    select g.id, g.source, g.group_name, g.role, coalesce(named.name, h.name) as where, g.made_by, maker.name as maker,
      g.made_at, confirmer.name as confirmer,
      (select count(*) from group_role_grants m join roles r on r.id = m.role_id
        where m.group_role_id = g.id and r.ended_at is null)::int as people
    from group_roles g
    join people maker on maker.id = g.made_by
    left join people confirmer on confirmer.id = g.confirmed_by
    left join license_holders h on h.id = g.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = g.program_id and d.superseded_at is null
      order by d.from_on desc limit 1) named on true
    where g.ended_at is null order by g.source, lower(g.group_name), g.made_at`.execute(db)
  return rows
}

export const listScimSources = (db: Kysely<DB>) =>
  db
    .selectFrom('scim_connections')
    .select(['id', 'label'])
    .where('ended_at', 'is', null)
    .orderBy('label')
    .execute()
