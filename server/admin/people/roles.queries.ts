import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Role } from '#server/people/roles.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'
import type { ProgramChoice } from './role-forms.ts'

type RoleHolder = Readonly<{
  id: string
  name: string
  email: string | null
  has_password: boolean
  last_active_on: string | null
  roles: readonly Readonly<{
    id: string
    role: Role
    where: string | null
    granted_at: string
    granted_by: string | null
  }>[]
}>

/** Everyone with a role above learner, across the installation, by name. */
export async function listRoleHolders(
  db: Kysely<DB>,
  { search, role, page, size }: Readonly<{ search: string; role: Role | null; page: number; size: number }>,
): Promise<Readonly<{ people: readonly RoleHolder[]; total: number }>> {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<RoleHolder & { total: number }>`
    select p.id, p.name, p.email, p.password_hash is not null as has_password, p.last_active_on,
      count(*) over ()::int as total,
      json_agg(json_build_object('id', r.id, 'role', r.role, 'granted_at', r.granted_at, 'granted_by', giver.name,
        'where', coalesce(named.name, h.name)) order by r.role, r.granted_at) as roles
    from roles r
    join people p on p.id = r.person_id
    left join people giver on giver.id = r.granted_by
    left join license_holders h on h.id = r.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = r.program_id and d.superseded_at is null
      order by d.from_on desc limit 1) named on true
    where r.ended_at is null and (${search === ''} or p.name ilike ${like} or p.email like lower(${like}))
      and (${role}::text is null or exists (
        select from roles own where own.person_id = p.id and own.role = ${role} and own.ended_at is null))
    group by p.id
    order by lower(p.name), p.id
    limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { people: rows.map(({ total, ...person }) => person), total: rows[0]?.total ?? 0 }
}

/** Every program by name, to choose where a role reaches. */
export async function listProgramChoices(db: Kysely<DB>, on: string): Promise<readonly ProgramChoice[]> {
  const { rows } = await sql<ProgramChoice>`
    select p.id, coalesce(d.name, h.name) as name, d.license_number, h.id as holder_id, h.name as holder
    from programs p
    join license_holders h on h.id = p.holder_id
    left join lateral (
      select d.* from program_details d where d.program_id = p.id and ${isKnown('d', null)}
      order by ${holdsOn('d', on)} desc, d.from_on desc limit 1) d on true
    order by lower(coalesce(d.name, h.name)), p.id`.execute(db)
  return rows
}
