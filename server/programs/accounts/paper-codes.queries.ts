import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { listTwoPeopleProblems, whyNotTwoPeople } from '#server/people/two-people.queries.ts'

/** Programs where a person works now or has a role. */
const placesOf = (person: string) => sql`
  select a.program_id from assignments a
  where a.person_id = ${sql.ref(person)} and a.superseded_at is null and coalesce(a.separated_on >= current_date, true)
  union select r.program_id from roles r where r.person_id = ${sql.ref(person)} and r.ended_at is null and r.program_id is not null
  union select g.id from roles r join programs g on g.holder_id = r.holder_id
    where r.person_id = ${sql.ref(person)} and r.ended_at is null`

type Confirmer = Readonly<{ id: string; name: string }>

/**
 * Who may confirm that a code reached its person: supervisors and administrators where the person works or acts, and
 * system administrators; neither the person nor the one who made the code.
 */
export async function listConfirmers(
  db: Kysely<DB>,
  personId: string,
  madeBy: string,
  now: Date,
): Promise<readonly Confirmer[]> {
  const { rows } = await sql<Confirmer>`
    select distinct c.id, c.name from people p, roles r
    join people c on c.id = r.person_id and c.disabled_at is null
    where p.id = ${personId} and r.ended_at is null and c.id <> ${personId} and c.id <> ${madeBy}
      and (r.role = 'system_admin' or (r.role in ('supervisor', 'program_admin') and exists (
        select from programs g where (g.id = r.program_id or g.holder_id = r.holder_id) and g.id in (${placesOf('p.id')}))))
    order by c.name, c.id`.execute(db)
  const ids = rows.map(({ id }) => id)
  const problems = await listTwoPeopleProblems(db, madeBy, ids, { askedAt: now, now })
  return rows.filter(({ id }) => !problems.has(id))
}

type WaitingCode = Readonly<{
  id: string
  person_id: string
  person: string
  email: string | null
  made_by: string
  maker_id: string
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
    select c.id, p.id as person_id, p.name as person, p.email, maker.name as made_by, c.made_by as maker_id, c.made_at, c.expires_at, c.reason,
      c.resets_second_factor
    from paper_codes c
    join people p on p.id = c.person_id and p.disabled_at is null
    join people maker on maker.id = c.made_by
    where c.ended_at is null and c.confirmed_at is null and c.expires_at > ${now}
      and c.person_id <> ${viewer.id} and c.made_by <> ${viewer.id}
      and (${hasRole(viewer, 'system_admin')} or exists (
        select from (${placesOf('p.id')}) place where place.program_id = any(${[...viewer.supervised_program_ids]}::uuid[])))
    order by c.made_at`.execute(db)
  const waiting = []
  for (const code of rows)
    if (!(await whyNotTwoPeople(db, code.maker_id, viewer.id, { askedAt: code.made_at, now })))
      waiting.push(code)
  return waiting
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
