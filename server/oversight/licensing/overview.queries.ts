import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import { eachAccountOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'
import type { LicenseStatus } from '#server/programs/record/program-record.queries.ts'
import { stalePeople } from '#server/standings/stored.queries.ts'

/** How many of a certified program's people in direct contact are not cleared today, by the first cause that applies. */
export type ProgramCounts = Readonly<{
  program_id: string
  status: LicenseStatus | null
  in_contact: number
  cleared: number
  due_soon: number
  /** People whose stored answer is not of today. */
  stale: number
  causes: Readonly<Record<string, number>>
}>

/** A certified program today, with its counts. */
export type OverviewProgram = ProgramCounts &
  Readonly<{
    name: string
    holder: string
    license: string
    may_operate: boolean | null
    checked_on: Day | null
    /** The last day of its license status or certification, where one is on record. */
    ends_on: Day | null
  }>

/** The day of the counts, the last day of "due soon" and the rules revision: answers stored under another one are stale. */
type OverviewOf = Readonly<{ today: Day; soon: Day; ruleset: string }>

/** The counts of every certified program. */
export async function listProgramCounts(db: Kysely<DB>, of: OverviewOf): Promise<readonly ProgramCounts[]> {
  const { rows } = await sql<ProgramCounts>`
    with ${programCounts(of)}
    select c.program_id, s.status, ${countColumns}
    from certified c
    left join licensed s using (program_id)
    ${joinCounts}`.execute(db)
  return rows
}

/** Every certified program with its counts, by name. */
export async function listOverview(db: Kysely<DB>, of: OverviewOf): Promise<readonly OverviewProgram[]> {
  const { rows } = await sql<OverviewProgram>`
    with ${programCounts(of)},
    named as (
      select distinct on (d.program_id) d.program_id, d.name, concat_ws('-', d.license_number, d.license_type) as license
      from program_details d where ${isKnown('d', null)}
      order by d.program_id, ${holdsOn('d', of.today)} desc, d.from_on desc
    )
    select c.program_id, coalesce(d.name, h.name) as name, h.name as holder, coalesce(d.license, '') as license,
      s.status, s.may_operate, s.checked_on,
      nullif(least(coalesce(s.to_on, 'infinity'), c.to_on), 'infinity') as ends_on, ${countColumns}
    from certified c
    join programs p on p.id = c.program_id
    join license_holders h on h.id = p.holder_id
    left join named d using (program_id)
    left join licensed s using (program_id)
    ${joinCounts}
    order by lower(coalesce(d.name, h.name)), c.program_id`.execute(db)
  return rows
}

/**
 * The stored answers of everyone in direct contact, counted by program. Only the people who are not cleared are looked at one
 * by one: someone waiting for a decision on outside training, or whose completion was revoked with its certificate, is
 * counted under that.
 */
const programCounts = ({ today, soon, ruleset }: OverviewOf): RawBuilder<unknown> => sql`
    certified as (
      select c.program_id, max(coalesce(c.to_on, 'infinity')) as to_on from certifications c
      where c.type = ${specializedCertification} and ${isKnown('c', null)} and ${holdsOn('c', today)} group by 1
    ),
    licensed as (
      select distinct on (s.program_id) s.* from license_statuses s
      where ${isKnown('s', null)} and ${holdsOn('s', today)} order by s.program_id, s.from_on desc
    ),
    counted as (
      select c.program_id, count(*)::int as in_contact, count(*) filter (where c.answer = 'yes')::int as cleared,
        count(*) filter (where c.answer = 'yes' and c.until_on <= ${soon})::int as due_soon
      from clearances c where ${inContact} group by 1
    ),
    uncleared as materialized (
      select c.person_id, c.program_id, coalesce(c.cause, 'missing-fact') as cause,
        coalesce(c.cause in ('initial-training', 'annual-training'), false) as is_training
      from clearances c where ${inContact} and c.answer in ('no', 'unknown')
    ),
    waiting as materialized (
      select distinct u.person_id, u.program_id
      from uncleared u
      join (${eachAccountOf(sql`select person_id from uncleared where is_training`)}) a using (person_id)
      join outside_trainings o on o.person_id = a.account_id and o.superseded_at is null and o.is_human_trafficking
      where not exists (select from training_decisions d
        where d.outside_training_id = o.id and d.program_id = u.program_id and d.superseded_at is null)
    ),
    revoked as materialized (
      select distinct p.id as person_id
      from completion_voids v join completions k on k.id = v.completion_id ${joinPerson('k.person_id')}
      where v.voided_at > ${today}::date - 365
    ),
    caused as (
      select program_id, json_object_agg(cause, people) as causes
      from (
        select u.program_id, case when u.is_training and w.person_id is not null then 'waiting-for-decision'
          when u.is_training and r.person_id is not null then 'certificate-revoked' else u.cause end as cause,
          count(*)::int as people
        from uncleared u left join waiting w using (person_id, program_id) left join revoked r using (person_id)
        group by 1, 2
      ) a group by 1
    ),
    stale as (
      select c.program_id, count(*)::int as stale
      from (${stalePeople(today, ruleset)}) s join clearances c using (person_id) where ${inContact} group by 1
    )`

/** People in direct contact on record, or of whom the record doesn't say. */
const inContact = sql<boolean>`c.contact in ('in', 'unknown')`

const countColumns = sql`coalesce(n.in_contact, 0) as in_contact, coalesce(n.cleared, 0) as cleared,
      coalesce(n.due_soon, 0) as due_soon, coalesce(x.stale, 0) as stale, coalesce(a.causes, '{}') as causes`

const joinCounts = sql`
    left join counted n using (program_id)
    left join caused a using (program_id)
    left join stale x using (program_id)`

type OverviewDay = Readonly<{ day: Day; in_contact: number; not_cleared: number }>

/** The kept days of all programs, latest first: the first kept day of each of the last months. */
export async function listOverviewDays(db: Kysely<DB>, months: number): Promise<readonly OverviewDay[]> {
  const { rows } = await sql<OverviewDay>`
    with firsts as (
      select min(day) as day from (select distinct day from overview_days) d group by date_trunc('month', day)
      order by 1 desc limit ${months}
    )
    select o.day, sum(o.in_contact)::int as in_contact,
      sum((select coalesce(sum(value::int), 0) from jsonb_each_text(o.causes)))::int as not_cleared
    from overview_days o join firsts using (day) group by o.day order by o.day desc`.execute(db)
  return rows
}

export type OverviewDayProgram = Readonly<{
  program_id: string
  name: string
  in_contact: number
  not_cleared: number
}>

/** The counts of each program that were kept on a day. */
export async function listOverviewDay(db: Kysely<DB>, day: Day): Promise<readonly OverviewDayProgram[]> {
  const { rows } = await sql<OverviewDayProgram>`
    select o.program_id, coalesce(d.name, h.name) as name, o.in_contact,
      (select coalesce(sum(value::int), 0) from jsonb_each_text(o.causes))::int as not_cleared
    from overview_days o join programs p on p.id = o.program_id join license_holders h on h.id = p.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = p.id and ${isKnown('d', null)}
      order by ${holdsOn('d', day)} desc, d.from_on desc limit 1
    ) d on true
    where o.day = ${day} order by lower(coalesce(d.name, h.name)), o.program_id`.execute(db)
  return rows
}
