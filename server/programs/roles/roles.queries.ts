import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Reach, Role } from '#server/people/roles.ts'

export type OneRole = Reach &
  Readonly<{
    id: string
    person_id: string
    name: string
    role: Role
    granted_at: Date
    ended_at: Date | null
    is_account_ended: boolean
  }>

/** A role, locked until the transaction ends. */
export async function findRole(db: Kysely<DB>, roleId: string): Promise<OneRole | null> {
  const { rows } = await sql<OneRole>`
    select r.id, r.person_id, p.name, r.role, r.program_id, r.holder_id, r.granted_at, r.ended_at,
      p.disabled_at is not null as is_account_ended
    from roles r join people p on p.id = r.person_id where r.id = ${roleId} for no key update of r`.execute(
    db,
  )
  return rows[0] ?? null
}

export type RoleLine = Reach &
  Readonly<{
    id: string
    person_id: string
    name: string
    email: string | null
    role: Role
    /** The program's or license holder's name; null for the whole installation. */
    where: string | null
    granted_at: Date
    granted_by: string | null
    last_used_on: string | null
    ended_at: Date | null
    ended_by: string | null
    is_suspended: boolean
  }>

/** Open roles that reach a program, and those that ended within the last hour, by name. */
export const listRolesOf = (db: Kysely<DB>, programId: string, now: Date): Promise<readonly RoleLine[]> =>
  listLines(
    db,
    now,
    sql`(r.program_id = ${programId} or r.holder_id = (select holder_id from programs where id = ${programId}))`,
  )

/** Open roles of the whole installation, by name. */
export const listInstallationRoles = (db: Kysely<DB>, now: Date): Promise<readonly RoleLine[]> =>
  listLines(db, now, sql`(r.program_id is null and r.holder_id is null)`)

async function listLines(db: Kysely<DB>, now: Date, where: ReturnType<typeof sql>) {
  const { rows } = await sql<RoleLine>`
    select r.id, r.person_id, p.name, coalesce(p.email, p.asked_email) as email, r.role, r.program_id, r.holder_id, coalesce(named.name, h.name) as where,
      r.granted_at, giver.name as granted_by, u.last_used_on, r.ended_at, ender.name as ended_by,
      p.disabled_at is not null as is_suspended
    from roles r
    join people p on p.id = r.person_id
    left join role_uses u on u.role_id = r.id
    left join people giver on giver.id = r.granted_by
    left join people ender on ender.id = r.ended_by
    left join license_holders h on h.id = r.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = r.program_id and d.superseded_at is null
      order by d.from_on desc limit 1) named on true
    where ${where} and (r.ended_at is null or r.ended_at > ${now}::timestamptz - interval '1 hour')
    order by lower(p.name), r.role, r.granted_at`.execute(db)
  return rows
}
