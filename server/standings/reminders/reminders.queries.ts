import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import type { Notice } from '#server/notices/queries.ts'
import type { DatedStanding } from './open-date.ts'

export type PersonsStanding = DatedStanding & Readonly<{ person_id: string; program_id: string }>

/** The stored standings of some people. */
export async function listStandings(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<readonly PersonsStanding[]> {
  const { rows } = await sql<PersonsStanding>`
    select person_id, program_id, requirement, standing, due_on, satisfied_on from standings
    where person_id = any(${[...personIds]}::uuid[])`.execute(db)
  return rows
}

/** The next people after one who may have a date within so many days, or something that is late. */
export async function listPeopleWithDates(
  db: Kysely<DB>,
  today: Day,
  days: number,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ person_id: string }>`
    select distinct s.person_id from standings s join people p on p.id = s.person_id and p.disabled_at is null
    where s.person_id > ${after} and (s.due_on <= ${addDays(today, days)} or s.standing in ('overdue', 'not_cleared'))
    order by s.person_id limit ${limit}`.execute(db)
  return rows.map(({ person_id }) => person_id)
}

/** Notices of these kinds that are not settled, to these people. */
export async function listOpenNotices(
  db: Kysely<DB>,
  personIds: readonly string[],
  kinds: readonly string[],
): Promise<readonly Notice[]> {
  const { rows } = await sql<Notice>`
    select id, person_id, kind, facts, created_at, read_at, moot_at from notices
    where kind = any(${[...kinds]}) and moot_at is null and person_id = any(${[...personIds]}::uuid[])`.execute(
    db,
  )
  return rows
}

export type Uncleared = Readonly<{
  person_id: string
  name: string
  program_id: string
  program: string
  /** The first day without clearance, or today where it has begun. */
  on: Day
}>

/** Of some people or of all, those in direct contact who are not cleared today or will not be tomorrow. */
export async function listUncleared(
  db: Kysely<DB>,
  personIds: readonly string[] | null,
  today: Day,
): Promise<readonly Uncleared[]> {
  const { rows } = await sql<Uncleared>`
    select c.person_id, p.name, c.program_id, coalesce(d.name, h.name) as program,
      case when c.answer = 'no' then ${today}::date else c.until_on + 1 end as "on"
    from clearances c join people p on p.id = c.person_id
    join programs g on g.id = c.program_id join license_holders h on h.id = g.holder_id
    left join lateral (select name from program_details d where d.program_id = g.id and d.superseded_at is null
      and d.from_on <= ${today} order by d.from_on desc limit 1) d on true
    where c.contact = 'in' and (c.answer = 'no' or c.until_on <= ${today})
      and ${personIds === null ? sql`true` : sql`c.person_id = any(${[...personIds]}::uuid[])`}
    order by c.program_id, p.name, p.id`.execute(db)
  return rows
}

type OpenAlert = Notice & Readonly<{ facts: unknown; dedupe_key: string }>

/** Alerts that are not settled; those that name one of these people, or all. */
export async function listOpenAlerts(
  db: Kysely<DB>,
  personIds: readonly string[] | null,
): Promise<readonly OpenAlert[]> {
  const { rows } = await sql<OpenAlert>`
    select id, person_id, kind, facts, created_at, read_at, moot_at, dedupe_key from notices n
    where kind in ('not-cleared', 'not-cleared-long') and moot_at is null
      and ${
        personIds === null
          ? sql`true`
          : sql`exists (select from jsonb_array_elements(n.facts -> 'people') one
              where one ->> 'id' = any(${[...personIds]}::text[]))`
      }`.execute(db)
  return rows
}

/** Who looks after a program: its supervisors and their deputies of the day, or its administrators where it has none. */
export async function listSupervisorsOf(
  db: Kysely<DB>,
  programIds: readonly string[],
  today: Day,
): Promise<readonly Readonly<{ program_id: string; person_id: string }>[]> {
  const { rows } = await sql<{ program_id: string; person_id: string }>`
    with reach as (
      select g.id as program_id, r.person_id, r.role from programs g
      join roles r on (r.program_id = g.id or r.holder_id = g.holder_id) and r.ended_at is null
        and r.role in ('supervisor', 'program_admin')
      join people p on p.id = r.person_id and p.disabled_at is null
      where g.id = any(${[...programIds]}::uuid[])
    ), lookers as (
      select program_id, person_id from reach one
      where role = 'supervisor'
        or not exists (select from reach where reach.program_id = one.program_id and reach.role = 'supervisor')
    )
    select program_id, person_id from lookers
    union
    select l.program_id, d.deputy_id from lookers l
    join deputies d on d.person_id = l.person_id and d.ended_at is null and ${today} between d.from_on and d.to_on
    join reach r on r.program_id = l.program_id and r.person_id = d.deputy_id
    order by program_id, person_id`.execute(db)
  return rows
}

/** Administrators of a program alone, or those of its whole license holder, also where the program has none of its own. */
export async function listAdministrators(
  db: Kysely<DB>,
  programId: string,
  of: 'program' | 'holder',
): Promise<readonly string[]> {
  const { rows } = await sql<{ person_id: string }>`
    select distinct r.person_id from programs g
    join roles r on r.ended_at is null and r.role = 'program_admin'
      and ${of === 'program' ? sql`r.program_id = g.id` : sql`r.holder_id = g.holder_id`}
    join people p on p.id = r.person_id and p.disabled_at is null
    where g.id = ${programId} order by r.person_id`.execute(db)
  if (rows.length === 0 && of === 'program') return listAdministrators(db, programId, 'holder')
  return rows.map(({ person_id }) => person_id)
}

type Week = Readonly<{ person_id: string; overdue: number; coming: number; cleared: number }>

/** For each supervisor, how many people became overdue in a week, have a date in the next 30 days, or were cleared. */
export async function listWeeks(
  db: Kysely<DB>,
  today: Day,
  standings: Readonly<{ overdue: readonly string[]; coming: readonly string[] }>,
): Promise<readonly Week[]> {
  const { rows } = await sql<Week>`
    with reach as (
      select distinct r.person_id, g.id as program_id from roles r
      join programs g on r.program_id = g.id or r.holder_id = g.holder_id
      join people p on p.id = r.person_id and p.disabled_at is null
      where r.role = 'supervisor' and r.ended_at is null
      union
      select d.deputy_id, g.id from deputies d join roles r on r.person_id = d.person_id and r.role = 'supervisor' and r.ended_at is null
      join programs g on r.program_id = g.id or r.holder_id = g.holder_id
      join roles own on own.person_id = d.deputy_id and own.ended_at is null and own.role in ('supervisor', 'program_admin')
        and (own.program_id = g.id or own.holder_id = g.holder_id)
      join people p on p.id = d.deputy_id and p.disabled_at is null
      where d.ended_at is null and ${today} between d.from_on and d.to_on
    ), cleared as (
      select n.person_id, count(distinct one ->> 'id')::int as people from notices n, jsonb_array_elements(n.facts -> 'people') one
      where n.kind = 'not-cleared' and n.moot_at >= ${today}::date - 7 group by 1
    ), dates as (
      select r.person_id,
        count(distinct s.person_id) filter (where s.standing = any(${[...standings.overdue]}) and s.due_on >= ${today}::date - 7)::int as overdue,
        count(distinct s.person_id) filter (where s.standing = any(${[...standings.coming]})
          and s.due_on between ${today}::date and ${today}::date + 30)::int as coming
      from reach r join standings s on s.program_id = r.program_id group by 1
    )
    select person_id, coalesce(d.overdue, 0) as overdue, coalesce(d.coming, 0) as coming, coalesce(c.people, 0) as cleared
    from dates d full join cleared c using (person_id)
    where coalesce(d.overdue, 0) + coalesce(d.coming, 0) + coalesce(c.people, 0) > 0 order by person_id`.execute(
    db,
  )
  return rows
}

export type SentReminder = Readonly<{
  id: string
  kind: string
  facts: unknown
  created_at: Date
  state: string
}>

/** What a person was reminded of, the latest first, and what became of its email. */
export const listSentReminders = async (
  db: Kysely<DB> | Transaction<DB>,
  personId: string,
  kinds: readonly string[],
): Promise<readonly SentReminder[]> =>
  db
    .selectFrom('notices')
    .innerJoin('notice_emails', 'notice_emails.notice_id', 'notices.id')
    .select(['notices.id', 'kind', 'facts', 'notices.created_at', 'state'])
    .where('person_id', '=', personId)
    .where('kind', 'in', [...kinds])
    .orderBy('notices.created_at', 'desc')
    .limit(20)
    .execute()
