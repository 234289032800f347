import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { Role } from '#server/people/roles.ts'

const programName = sql`coalesce(named.name, h.name)`
const named = sql`
  join license_holders h on h.id = g.holder_id
  left join lateral (select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
    order by d.from_on desc limit 1) named on true`

/** Programs that ask to see this person's record. */
export async function listRecordRequests(db: Kysely<DB>, personId: string) {
  const { rows } = await sql<{
    id: string
    program: string
    placeholder_id: string
    program_id: string
    requester: string
    requested_by: string
    requested_at: Date
    /** They work there on record, so the program asks to see their record. */
    is_on_roster: boolean
    roles: readonly Role[]
  }>`
    select q.id, ${programName} as program, q.placeholder_id, q.program_id, r.name as requester, q.requested_by, q.requested_at,
      exists (select from assignments a where a.person_id = q.placeholder_id and a.superseded_at is null) as is_on_roster,
      array(select o.role from roles o where o.person_id = q.placeholder_id and o.ended_at is null
        union select w.facts ->> 'role' from second_person_requests w
        where w.person_id = q.placeholder_id and w.kind = 'role' and w.outcome is null) as roles
    from record_requests q join people r on r.id = q.requested_by join programs g on g.id = q.program_id ${named}
    where q.person_id = ${personId} and q.outcome is null order by q.requested_at`.execute(db)
  return rows
}

/** What was shown to whom, the latest first. */
export async function listShares(db: Kysely<DB>, personId: string) {
  const { rows } = await sql<{ program: string; shared_at: Date; who: string; shown: Shown; still: boolean }>`
    select ${programName} as program, s.shared_at, w.name as who, '{"trainings": []}'::jsonb || s.shown as shown,
      exists (select from assignments a where a.person_id = ${personId} and a.program_id = s.program_id
        and a.superseded_at is null and coalesce(a.separated_on >= current_date, true)) as still
    from record_shares s join people w on w.id = s.shared_with join programs g on g.id = s.program_id ${named}
    where s.person_id = ${accountsOf([personId])} order by s.shared_at desc`.execute(db)
  return rows
}

type Shown = Readonly<{
  certificates: readonly string[]
  standings: readonly string[]
  /** Titles of outside trainings. */
  trainings: readonly string[]
}>

/** What a new program needs: each requirement's standing, the certificates, and outside trainings to decide on. */
export async function findShown(db: Kysely<DB>, personId: string): Promise<Shown> {
  const { rows } = await sql<Shown>`
    select array(select c.number from certificates c where c.person_id = ${accountsOf([personId])} order by c.issued_at) as certificates,
      array(select distinct s.requirement || ': ' || s.standing from standings s where s.person_id = ${personId}) as standings,
      array(select o.title from outside_trainings o where o.person_id = ${accountsOf([personId])} and o.superseded_at is null
        order by o.recorded_at) as trainings`.execute(db)
  return rows[0] ?? { certificates: [], standings: [], trainings: [] }
}

export const findRecordLink = (db: Kysely<DB>, hash: string, now: Date) =>
  db
    .selectFrom('record_links')
    .innerJoin('people', 'people.id', 'record_links.person_id')
    .select(['record_links.id', 'record_links.person_id', 'people.name', 'expires_at'])
    .where('token_hash', '=', hash)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst()
