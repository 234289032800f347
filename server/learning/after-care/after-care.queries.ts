import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

type AfterCareCase = Readonly<{
  id: string
  course: string
  version: string
  module: string
  question: string
  days: number
  sent_at: Date
  answered_at: Date | null
}>

const columns = ['id', 'course', 'version', 'module', 'question', 'days', 'sent_at', 'answered_at'] as const

export async function wantsAfterCare(db: Kysely<DB>, personId: string): Promise<boolean> {
  const row = await db
    .selectFrom('after_care_consents')
    .select('person_id')
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return row !== undefined
}

export const listCasesOf = (db: Kysely<DB>, personId: string): Promise<readonly AfterCareCase[]> =>
  db
    .selectFrom('after_care_cases')
    .select(columns)
    .where('person_id', '=', personId)
    .orderBy('sent_at', 'desc')
    .execute()

export const findCaseOf = (
  db: Kysely<DB>,
  personId: string,
  id: string,
): Promise<AfterCareCase | undefined> =>
  db
    .selectFrom('after_care_cases')
    .select(columns)
    .where('person_id', '=', personId)
    .where('id', '=', id)
    .executeTakeFirst()

export type DueCase = Readonly<{
  person_id: string
  completion_id: string
  course: string
  version: string
  days: number
}>

/**
 * One case for each person who asked for them and has one due. What came due more than a week ago, or before they asked,
 * is left out.
 */
export async function listDueCases(
  db: Kysely<DB>,
  days: readonly number[],
  today: Day,
): Promise<readonly DueCase[]> {
  const { rows } = await sql<DueCase>`
    select distinct on (c.person_id) c.person_id, c.id as completion_id, c.course, c.version, d.days
    from after_care_consents a join people p on p.id = a.person_id and p.disabled_at is null
    join completions c on c.person_id = a.person_id
    cross join unnest(${[...days]}::int[]) as d(days)
    where c.completed_on + d.days between greatest(a.since, ${today}::date - 7) and ${today}::date
      and not exists (select from completion_voids v where v.completion_id = c.id)
      and not exists (select from after_care_cases k where k.completion_id = c.id and k.days = d.days)
    order by c.person_id, c.completed_on + d.days, c.id`.execute(db)
  return rows
}
