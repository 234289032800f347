import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { endingPeriods } from '#server/oversight/licensing/endings.queries.ts'
import { openEvidence } from '#server/oversight/reviews/evidence.queries.ts'

/** What someone should hear about a program, a job or a finding; `key` is the same each time it is found. */
type For = Readonly<{ person_id: string; key: string }>

/** Background jobs that failed for good in the last week, the latest of each kind and day. */
export async function listFailedJobs(
  db: Kysely<DB>,
): Promise<readonly Readonly<{ name: string; on: Day; error: string }>[]> {
  const { rows } = await sql<{ name: string; on: Day; error: string }>`
    select distinct on (name, completed_on::date) name, completed_on::date as on,
      left(coalesce(output ->> 'message', output #>> '{value,message}', output::text, ''), 300) as error
    from pgboss.job where state = 'failed' and completed_on > now() - interval '7 days'
    order by name, completed_on::date, completed_on desc`.execute(db)
  return rows
}

type EndingToken = For & Readonly<{ program_id: string; program: string; label: string; on: Day }>

/** API tokens in use that end within so many days, for the program's administrators. */
export async function listEndingTokens(
  db: Kysely<DB>,
  today: Day,
  days: number,
): Promise<readonly EndingToken[]> {
  const { rows } = await sql<EndingToken>`
    select p.id as person_id, t.id::text as key, g.id as program_id, ${programName(today)} as program, t.label,
      (t.expires_at at time zone 'America/Chicago')::date as on
    from api_tokens t join programs g on g.id = t.program_id join license_holders h on h.id = g.holder_id
    ${joinAdministrators}
    where t.ended_at is null and t.expires_at >= ${today}::date and t.expires_at < ${today}::date + ${days}::int`.execute(
    db,
  )
  return rows
}

type EndingPeriod = For & Readonly<{ program_id: string; program: string; what: string; on: Day }>

/**
 * Licenses and certifications whose period on record ends within so many days with no later one, for licensing staff and
 * the program's administrators.
 */
export async function listEndingPeriods(
  db: Kysely<DB>,
  today: Day,
  days: number,
): Promise<readonly EndingPeriod[]> {
  const { rows } = await sql<EndingPeriod>`
    select distinct p.id as person_id, e.period_id || ' ' || e.to_on as key, g.id as program_id, ${programName(today)} as program,
      e.what, e.to_on as on
    from ${endingPeriods(today, days)} e join programs g on g.id = e.program_id join license_holders h on h.id = g.holder_id
    join roles r on r.ended_at is null and (r.role = 'licensing'
      or (r.role = 'program_admin' and (r.program_id = g.id or r.holder_id = g.holder_id)))
    join people p on p.id = r.person_id and p.disabled_at is null`.execute(db)
  return rows
}

type UnusedAccounts = For & Readonly<{ program_id: string; program: string; count: number }>

/** How many people of a program never set up a way to sign in, a week after they were added; for its administrators. */
export async function listUnusedAccounts(db: Kysely<DB>, today: Day): Promise<readonly UnusedAccounts[]> {
  const { rows } = await sql<UnusedAccounts>`
    with unused as (
      select a.program_id, count(distinct a.person_id)::int as count from assignments a join people one on one.id = a.person_id
      where a.superseded_at is null and coalesce(a.separated_on >= ${today}, true) and one.disabled_at is null
        and one.password_hash is null and one.created_at < ${today}::date - 7
        and not exists (select from passkeys k where k.person_id = one.id)
        and not exists (select from sign_in_subjects s where s.person_id = one.id)
      group by a.program_id
    )
    select p.id as person_id, g.id || ' ' || ${today}::text as key, g.id as program_id, ${programName(today)} as program, u.count
    from unused u join programs g on g.id = u.program_id join license_holders h on h.id = g.holder_id
    ${joinAdministrators}`.execute(db)
  return rows
}

type FollowUp = For &
  Readonly<{ finding_id: string; review: number; number: number; program: string; on: Day }>

/** Findings that are open on their follow-up day, for who wrote them and who opened the review. */
export async function listFollowUps(db: Kysely<DB>, today: Day): Promise<readonly FollowUp[]> {
  const { rows } = await sql<FollowUp>`
    select p.id as person_id, f.id || ' ' || d.on as key, f.id as finding_id, r.number as review, f.number,
      ${programName(today)} as program, d.on
    from current_findings f join reviews r on r.id = f.review_id
    join programs g on g.id = r.program_id join license_holders h on h.id = g.holder_id
    join lateral (select coalesce((select s.follow_up_on from review_finding_steps s
      where s.finding_id = f.id and s.follow_up_on is not null order by s.id desc limit 1), f.follow_up_on) as on) d on d.on <= ${today}
    join people p on p.id in (f.written_by, r.opened_by) and p.disabled_at is null
    where coalesce((select s.act from review_finding_steps s where s.finding_id = f.id and s.act <> 'follow-up-moved'
      order by s.id desc limit 1), '') not in ('resolved', 'withdrawn')`.execute(db)
  return rows
}

type EvidenceDue = For &
  Readonly<{
    is_asker: boolean
    request_id: string
    review: number
    number: number
    program: string
    on: Day
  }>

/** Unanswered requests for evidence: soon due, for the program's administrators; past the day, for who asked. */
export async function listEvidenceDue(
  db: Kysely<DB>,
  today: Day,
  days: number,
): Promise<readonly EvidenceDue[]> {
  const { rows } = await sql<EvidenceDue>`
    select p.id as person_id, o.id || ' ' || o.due_on as key, p.is_asker, o.id as request_id, o.review, o.number,
      ${programName(today)} as program, o.due_on as on
    from ${openEvidence} o join programs g on g.id = o.program_id join license_holders h on h.id = g.holder_id
    join lateral (
      select one.id, true as is_asker from people one
        where one.id = o.requested_by and one.disabled_at is null and o.due_on < ${today}::date
      union all
      select distinct one.id, false from roles r join people one on one.id = r.person_id and one.disabled_at is null
        where o.due_on between ${today}::date and ${today}::date + ${days}::int and r.ended_at is null
          and r.role = 'program_admin' and (r.program_id = g.id or r.holder_id = g.holder_id)
    ) p on true
    where not o.is_answered`.execute(db)
  return rows
}

const joinAdministrators = sql`
  join lateral (select distinct p.id from roles r join people p on p.id = r.person_id and p.disabled_at is null
    where r.ended_at is null and r.role = 'program_admin' and (r.program_id = g.id or r.holder_id = g.holder_id)) p on true`

const programName = (on: Day) => sql`coalesce((select d.name from program_details d
  where d.program_id = g.id and d.superseded_at is null and d.from_on <= ${on} order by d.from_on desc limit 1), h.name)`
