import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { joinPerson } from '#server/people/accounts-of.queries.ts'
import { dayAt, isKnown, titleOn, worksOn } from '#server/programs/as-of.ts'
import type { OnRoster } from './shift-people.ts'

/** Everyone who works in a program today, as a list may name them. */
export async function listOnRoster(
  db: Kysely<DB>,
  programId: string,
  today: Day,
): Promise<readonly OnRoster[]> {
  const { rows } = await sql<OnRoster>`
    select * from (
      select distinct on (a.person_id) a.person_id, p.name, p.email, e.employee_id, ${titleOn('a', today)} as role_title,
        a.unit
      from assignments a join people p on p.id = a.person_id
      left join employee_ids e on e.program_id = a.program_id and e.person_id = a.person_id
      where a.program_id = ${programId} and ${isKnown('a', null)} and ${worksOn('a', today)}
      order by a.person_id, a.hired_on desc, a.assignment_id desc
    ) staff order by lower(name), person_id`.execute(db)
  return rows
}

export type Shift = Readonly<{
  id: string
  program_id: string
  label: string
  starts_at: Date
  created_at: Date
  /** Null where scheduling software sent it. */
  created_by: string | null
  unmatched: readonly string[]
  person_ids: readonly string[]
}>

const shifts = sql`
  select s.id, s.program_id, s.label, s.starts_at, s.created_at, b.name as created_by, s.unmatched,
    coalesce((select array_agg(distinct p.id) from shift_people n ${joinPerson('n.person_id')} where n.shift_id = s.id), '{}') as person_ids
  from shifts s left join people b on b.id = s.created_by`

export async function findShift(db: Kysely<DB>, programId: string, shiftId: string): Promise<Shift | null> {
  const { rows } =
    await sql<Shift>`${shifts} where s.id = ${shiftId} and s.program_id = ${programId}`.execute(db)
  return rows[0] ?? null
}

/** The newest list that software sent of a shift. */
export async function findSentShift(
  trx: Transaction<DB>,
  programId: string,
  externalId: string,
): Promise<Shift | null> {
  const { rows } = await sql<Shift>`
    ${shifts} where s.program_id = ${programId} and s.external_id = ${externalId}
    order by s.created_at desc, s.id desc limit 1`.execute(trx)
  return rows[0] ?? null
}

/** Lists that no one has checked yet, near now. Of what software sent again, only the newest. */
export async function listUnchecked(
  db: Kysely<DB>,
  programId: string,
  now: Date,
): Promise<readonly (Omit<Shift, 'person_ids' | 'unmatched'> & { people: number })[]> {
  const { rows } = await sql<Shift & { people: number }>`
    select s.id, s.program_id, s.label, s.starts_at, s.created_at, b.name as created_by,
      (select count(*)::int from shift_people p where p.shift_id = s.id) as people
    from shifts s left join people b on b.id = s.created_by
    where s.program_id = ${programId}
      and s.starts_at between ${now}::timestamptz - interval '14 hours' and ${now}::timestamptz + interval '24 hours'
      and not exists (select from shift_checks c where c.shift_id = s.id)
      and not exists (select from shifts n where n.program_id = s.program_id and n.external_id = s.external_id
        and (n.created_at, n.id) > (s.created_at, s.id))
    order by s.starts_at, s.created_at, s.id limit 50`.execute(db)
  return rows
}

export type CheckLine = Readonly<{
  id: string
  label: string
  checked_at: Date
  recorded_at: Date
  list_signed_at: Date | null
  checked_by: string
  yes: number
  no: number
  unknown: number
  unmatched: number
}>

/** Check-ins on record, newest first, a page at a time. */
export async function listChecks(
  db: Kysely<DB>,
  asked: Readonly<{ programId: string; shiftId?: string; page: number; size: number }>,
): Promise<Readonly<{ checks: readonly CheckLine[]; total: number }>> {
  const { programId, shiftId = null, page, size } = asked
  const { rows } = await sql<CheckLine & { total: number }>`
    select c.id, s.label, c.checked_at, c.recorded_at, c.list_signed_at, b.name as checked_by, n.yes, n.no, n.unknown,
      cardinality(s.unmatched) as unmatched, count(*) over ()::int as total
    from shift_checks c join shifts s on s.id = c.shift_id join people b on b.id = c.checked_by
    join lateral (
      select count(*) filter (where a.answer = 'yes')::int as yes, count(*) filter (where a.answer = 'no')::int as no,
        count(*) filter (where a.answer = 'unknown')::int as unknown
      from shift_check_answers a where a.check_id = c.id) n on true
    where c.program_id = ${programId} and (${shiftId}::uuid is null or c.shift_id = ${shiftId})
    order by c.checked_at desc, c.id desc limit ${size} offset ${(page - 1) * size}`.execute(db)
  return { checks: rows.map(({ total, ...check }) => check), total: rows[0]?.total ?? 0 }
}

export type CheckedAnswer = Readonly<{
  person_id: string
  name: string
  answer: 'yes' | 'no' | 'unknown'
  until_on: Day | null
  on_leave: boolean
  because: string
}>

/** A check-in with what was answered for each person then, and who else was named. */
export async function findCheck(
  db: Kysely<DB>,
  programId: string,
  checkId: string,
): Promise<Readonly<{
  check: Omit<CheckLine, 'yes' | 'no' | 'unknown' | 'unmatched'> & Readonly<{ unmatched: readonly string[] }>
  answers: readonly CheckedAnswer[]
}> | null> {
  const [check] = (
    await sql<Omit<CheckLine, 'unmatched'> & { unmatched: readonly string[] }>`
      select c.id, s.label, c.checked_at, c.recorded_at, c.list_signed_at, b.name as checked_by, s.unmatched
      from shift_checks c join shifts s on s.id = c.shift_id join people b on b.id = c.checked_by
      where c.id = ${checkId} and c.program_id = ${programId}`.execute(db)
  ).rows
  if (!check) return null
  const { rows } = await sql<CheckedAnswer>`
    select a.person_id, p.name, a.answer, a.until_on, a.on_leave, a.because
    from shift_check_answers a join people p on p.id = a.person_id
    where a.check_id = ${checkId} order by lower(p.name), p.id`.execute(db)
  return { check, answers: rows }
}

export type CheckedPersonLine = Readonly<{
  person_id: string
  checked_at: Date
  label: string
  checked_by: string
  answer: 'yes' | 'no' | 'unknown'
  because: string
}>

/** What check-ins of a program answered for some people from a day on until another, the earliest first. */
export async function listChecksOfPeople(
  db: Kysely<DB>,
  programId: string,
  personIds: readonly string[],
  { from_on, to_on }: Readonly<{ from_on: Day; to_on: Day }>,
): Promise<readonly CheckedPersonLine[]> {
  const { rows } = await sql<CheckedPersonLine>`
    select p.id as person_id, c.checked_at, s.label, b.name as checked_by, a.answer, a.because
    from shift_checks c join shifts s on s.id = c.shift_id join people b on b.id = c.checked_by
    join shift_check_answers a on a.check_id = c.id ${joinPerson('a.person_id')}
    where c.program_id = ${programId} and p.id = any(${[...personIds]}::uuid[])
      and ${dayAt(sql`c.checked_at`)} between ${from_on} and ${to_on}
    order by c.checked_at, c.id, p.id`.execute(db)
  return rows
}

/** Whether a program uses shift check-in. */
export const isCheckingShifts = async (db: Kysely<DB>, programId: string): Promise<boolean> =>
  (await db.selectFrom('programs').select('checks_shifts').where('id', '=', programId).executeTakeFirst())
    ?.checks_shifts ?? false
