import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'

/** Programs where a person works now or has a role. */
const placesOf = (person: string) => sql`
  select a.program_id from assignments a
  where a.person_id = ${sql.ref(person)} and a.superseded_at is null and coalesce(a.separated_on >= current_date, true)
  union select r.program_id from roles r where r.person_id = ${sql.ref(person)} and r.ended_at is null and r.program_id is not null
  union select g.id from roles r join programs g on g.holder_id = r.holder_id
    where r.person_id = ${sql.ref(person)} and r.ended_at is null`

/** Not an account that the other one invited, gave a link to or gave a role within 30 days: it may be their own. */
const isIndependentOf = (maker: RawBuilder<unknown>, other: RawBuilder<unknown>) => sql<boolean>`(
  not exists (select from invitations i where i.person_id = ${other} and i.created_by = ${maker}
    and i.created_at > now() - interval '30 days')
  and not exists (select from roles given where given.person_id = ${other} and given.granted_by = ${maker}
    and given.granted_at > now() - interval '30 days'))`

export type Confirmer = Readonly<{ id: string; name: string }>

/**
 * Who may confirm that a code reached its person: supervisors and administrators where the person works or acts, and
 * system administrators; neither the person nor the one who made the code.
 */
export async function listConfirmers(
  db: Kysely<DB>,
  personId: string,
  madeBy: string,
): Promise<readonly Confirmer[]> {
  const { rows } = await sql<Confirmer>`
    select distinct c.id, c.name from people p, roles r
    join people c on c.id = r.person_id and c.disabled_at is null
    where p.id = ${personId} and r.ended_at is null and c.id <> ${personId} and c.id <> ${madeBy}
      and ${isIndependentOf(sql`${madeBy}::uuid`, sql`c.id`)}
      and (r.role = 'system_admin' or (r.role in ('supervisor', 'program_admin') and exists (
        select from programs g where (g.id = r.program_id or g.holder_id = r.holder_id) and g.id in (${placesOf('p.id')}))))
    order by c.name, c.id`.execute(db)
  return rows
}

export type WaitingCode = Readonly<{
  id: string
  person_id: string
  person: string
  email: string | null
  made_by: string
  made_at: Date
  expires_at: Date
  reason: string
  resets_second_factor: boolean
}>

/** Codes that wait for this viewer's confirmation. */
export async function listWaitingCodes(
  db: Kysely<DB>,
  viewer: Viewer,
  now: Date,
): Promise<readonly WaitingCode[]> {
  const { rows } = await sql<WaitingCode>`
    select c.id, p.id as person_id, p.name as person, p.email, maker.name as made_by, c.made_at, c.expires_at, c.reason,
      c.resets_second_factor
    from paper_codes c
    join people p on p.id = c.person_id and p.disabled_at is null
    join people maker on maker.id = c.made_by
    where c.ended_at is null and c.confirmed_at is null and c.expires_at > ${now}
      and c.person_id <> ${viewer.id} and c.made_by <> ${viewer.id}
      and ${isIndependentOf(sql`c.made_by`, sql`${viewer.id}::uuid`)}
      and (${hasRole(viewer, 'system_admin')} or exists (
        select from (${placesOf('p.id')}) place where place.program_id = any(${[...viewer.supervised_program_ids]}::uuid[])))
    order by c.made_at`.execute(db)
  return rows
}

/** The code of a person that is neither used, ended nor past its day. */
export const findLiveCode = (db: Kysely<DB>, personId: string, now: Date) =>
  db
    .selectFrom('paper_codes')
    .leftJoin('people as confirmer', 'confirmer.id', 'paper_codes.confirmed_by')
    .select(['made_at', 'expires_at', 'confirmed_at', 'confirmer.name as confirmed_by'])
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
