import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsIn } from '#server/people/accounts-of.queries.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'
import type { LicenseStatus } from '#server/programs/record/program-record.queries.ts'

/** A certified program today: how many of its people in direct contact are not cleared, by the first cause that applies. */
export type OverviewProgram = Readonly<{
  program_id: string
  name: string
  holder: string
  license: string
  status: LicenseStatus | null
  may_operate: boolean | null
  checked_on: Day | null
  /** The last day of its license status or certification, where one is on record. */
  ends_on: Day | null
  in_contact: number
  cleared: number
  due_soon: number
  /** People whose stored answer is not of today. */
  stale: number
  causes: Readonly<Record<string, number>>
}>

/**
 * Every certified program, in one statement over the stored answers. `ruleset` is the rules revision: answers stored under
 * another one are stale. Someone waiting for a decision on outside training, or whose completion was revoked with its
 * certificate, is counted under that.
 */
export async function listOverview(
  db: Kysely<DB>,
  today: Day,
  soon: Day,
  ruleset: string,
): Promise<readonly OverviewProgram[]> {
  const { rows } = await sql<OverviewProgram>`
    with ${countedAnswers(today, soon, ruleset)}
    select p.id as program_id, coalesce(d.name, h.name) as name, h.name as holder,
      concat_ws('-', d.license_number, d.license_type) as license, s.status, s.may_operate, s.checked_on,
      nullif(least(coalesce(s.to_on, 'infinity'), certified.to_on), 'infinity') as ends_on,
      coalesce(n.in_contact, 0) as in_contact, coalesce(n.cleared, 0) as cleared, coalesce(n.due_soon, 0) as due_soon,
      coalesce(n.stale, 0) as stale, coalesce(a.causes, '{}') as causes
    from certified
    join programs p on p.id = certified.program_id
    join license_holders h on h.id = p.holder_id
    left join counted n on n.program_id = p.id
    left join caused a on a.program_id = p.id
    left join lateral (
      select d.* from program_details d where d.program_id = p.id and ${isKnown('d', null)}
      order by ${holdsOn('d', today)} desc, d.from_on desc limit 1
    ) d on true
    left join lateral (
      select s.* from license_statuses s where s.program_id = p.id and ${isKnown('s', null)} and ${holdsOn('s', today)}
      order by s.from_on desc limit 1
    ) s on true
    order by lower(coalesce(d.name, h.name)), p.id`.execute(db)
  return rows
}

/** `certified`: the programs. `counted` and `caused`: each one's people in direct contact, by answer and by cause. */
const countedAnswers = (today: Day, soon: Day, ruleset: string) => sql`
  certified as (
    select c.program_id, max(coalesce(c.to_on, 'infinity')) as to_on from certifications c
    where c.type = ${specializedCertification} and ${isKnown('c', null)} and ${holdsOn('c', today)} group by 1
  ),
  answered as (
    select c.program_id, c.answer, c.until_on,
      s.next_change_on <= ${today} or s.ruleset <> ${ruleset} as is_stale,
      case
        when c.answer = 'yes' then null
        when c.cause in ('initial-training', 'annual-training') and exists (
          select from outside_trainings o where o.person_id = ${accountsIn('p')} and o.superseded_at is null
            and o.is_human_trafficking and not exists (select from training_decisions d
              where d.outside_training_id = o.id and d.program_id = c.program_id and d.superseded_at is null)
        ) then 'waiting-for-decision'
        when c.cause in ('initial-training', 'annual-training') and exists (
          select from completions k join completion_voids v on v.completion_id = k.id
          where k.person_id = ${accountsIn('p')} and v.voided_at > ${today}::date - 365
        ) then 'certificate-revoked'
        else coalesce(c.cause, 'missing-fact')
      end as cause
    from clearances c
    join certified using (program_id)
    join standing_passes s on s.person_id = c.person_id
    join people p on p.id = c.person_id
    where c.contact in ('in', 'unknown')
  ),
  counted as (
    select program_id, count(*)::int as in_contact, count(*) filter (where cause is null)::int as cleared,
      count(*) filter (where cause is null and until_on <= ${soon})::int as due_soon,
      count(*) filter (where is_stale)::int as stale
    from answered group by 1
  ),
  caused as (
    select program_id, json_object_agg(cause, people) as causes
    from (select program_id, cause, count(*)::int as people from answered where cause is not null group by 1, 2) a
    group by 1
  )`

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
