import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type RoleHere = Readonly<{
  id: string
  person_id: string
  name: string
  email: string | null
  role: 'supervisor' | 'trainer' | 'program_admin'
  /** True when the role covers all of the license holder's programs. It can't be ended here. */
  is_holder_wide: boolean
  granted_at: Date
  granted_by: string | null
}>

/** People with a role in this program. */
export async function listRolesHere(db: Kysely<DB>, programId: string): Promise<readonly RoleHere[]> {
  const { rows } = await sql<RoleHere>`
    select r.id, r.person_id, p.name, p.email, r.role, r.program_id is null as is_holder_wide, r.granted_at,
      giver.name as granted_by
    from programs here
    join roles r on r.program_id = here.id or r.holder_id = here.holder_id
    join people p on p.id = r.person_id
    left join people giver on giver.id = r.granted_by
    where here.id = ${programId} and r.ended_at is null
    order by lower(p.name), r.role`.execute(db)
  return rows
}

type Unready = Readonly<{
  id: string
  name: string
  email: string | null
  link_expires_at: Date | null
}>

/** People who work or have a role here and have not set a password, by name. */
export async function listWithoutPassword(
  db: Kysely<DB>,
  programId: string,
  on: string,
  { page, size }: Readonly<{ page: number; size: number }>,
): Promise<Readonly<{ people: readonly Unready[]; total: number }>> {
  const { rows } = await sql<Unready & { total: number }>`
    select p.id, p.name, coalesce(p.email, p.asked_email) as email, count(*) over () as total, (
      select max(i.expires_at) from invitations i
      where i.person_id = p.id and i.used_at is null and i.expires_at > now()) as link_expires_at
    from people p
    where p.password_hash is null and p.disabled_at is null and (
      exists (select from assignments a where a.person_id = p.id and a.program_id = ${programId}
        and a.superseded_at is null and coalesce(a.separated_on >= ${on}, true))
      or exists (select from roles r where r.person_id = p.id and r.program_id = ${programId} and r.ended_at is null))
    order by lower(p.name), p.id
    limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { people: rows.map(({ total, ...person }) => person), total: rows[0]?.total ?? 0 }
}

export type Invitable = Readonly<{
  id: string
  name: string
  email: string | null
  /** Their other account was asked by email; no link is needed. */
  asked_email: string | null
  has_password: boolean
  /** They have a password, a passkey or single sign-on: a link would take over what is theirs. */
  has_way_in: boolean
}>

/** Of these people, the ones with work or a role in this program, and whether they can sign in already. */
export async function listInvitable(
  db: Kysely<DB>,
  programId: string,
  personIds: readonly string[],
): Promise<readonly Invitable[]> {
  const { rows } = await sql<Invitable>`
    select p.id, p.name, coalesce(p.email, p.asked_email) as email, p.asked_email, p.password_hash is not null as has_password,
      p.password_hash is not null or exists (select from passkeys k where k.person_id = p.id)
        or exists (select from sign_in_subjects s where s.person_id = p.id) as has_way_in
    from people p
    where p.id = any(${[...personIds]}::uuid[]) and p.disabled_at is null and (
      exists (select from assignments a where a.person_id = p.id and a.program_id = ${programId} and a.superseded_at is null)
      or exists (select from roles r where r.person_id = p.id and r.program_id = ${programId} and r.ended_at is null))
    order by lower(p.name), p.id`.execute(db)
  return rows
}
