import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsIn, accountsOf } from '#server/people/accounts-of.queries.ts'
import { type AsKnownOn, dayAt, endOfDay } from '#server/programs/as-of.ts'
import { type TeamRow, type UnderWay, yearBack } from './team.queries.ts'

export type Learning = Pick<TeamRow, 'last_active_on' | 'completed'> &
  Readonly<{ under_way: UnderWay | null }>

/** Courses under way and completed at the end of a day in Minnesota. Never answers or scores. */
export async function listLearningOn(
  db: Kysely<DB>,
  personIds: readonly string[],
  on: Day,
  asKnownOn: AsKnownOn,
): Promise<ReadonlyMap<string, Learning>> {
  const end = endOfDay(on)
  const { rows } = await sql<Learning & { person_id: string }>`
    select p.id as person_id,
      (select json_build_object('course', e.course, 'version', e.version, 'passed',
          (select count(distinct w.module) from enrollment_passes w where w.enrollment_id = e.id and w.finished_at < ${end}))
        from enrollments e where e.person_id = ${accountsIn('p')} and e.started_at < ${end} and (e.ended_at is null or e.ended_at >= ${end})
        order by e.started_at desc limit 1) as under_way,
      -- The last day is kept for each person; for an earlier one the acts themselves are asked.
      case when coalesce(p.last_active_on <= ${on}, true) then p.last_active_on else (
        select ${dayAt(sql`max(at)`)} from enrollments e, lateral (
          select e.started_at as at
          union all select m.marked_at from lesson_marks m where m.enrollment_id = e.id
          union all select t.at from lesson_times t where t.enrollment_id = e.id
          union all select a.started_at from attempts a where a.enrollment_id = e.id
          union all select w.answered_at from attempts a join attempt_answers w on w.attempt_id = a.id where a.enrollment_id = e.id
        ) acts where e.person_id = ${accountsIn('p')} and at < ${end}) end as last_active_on,
      coalesce((select json_agg(k.completed_on) from completions k
        where k.person_id = ${accountsIn('p')} and k.completed_on >= ${yearBack(on)} and k.completed_at < ${end}
          and not exists (select from completion_voids v where v.completion_id = k.id and ${
            asKnownOn === null ? sql`true` : sql`v.voided_at < ${end}`
          })), '[]') as completed
    from people p where p.id = any(${[...personIds]}::uuid[])`.execute(db)
  return new Map(rows.map(({ person_id, ...learning }) => [person_id, learning]))
}

/** A person's courses under way at the end of a day, with the day each module was passed. */
export async function listUnderWayOn(
  db: Kysely<DB>,
  personId: string,
  on: Day,
): Promise<
  readonly Readonly<{
    course: string
    version: string
    started_on: Day
    passed: Readonly<Record<string, Day>>
  }>[]
> {
  const end = endOfDay(on)
  const dayOf = (at: string) => dayAt(sql.ref(at))
  const { rows } = await sql<Awaited<ReturnType<typeof listUnderWayOn>>[number]>`
    select e.course, e.version, ${dayOf('e.started_at')} as started_on,
      coalesce((select json_object_agg(m.module, m.passed_on) from (
        select w.module, min(${dayOf('w.finished_at')}) as passed_on from enrollment_passes w
        where w.enrollment_id = e.id and w.finished_at < ${end} group by w.module) m), '{}') as passed
    from enrollments e
    where e.person_id = ${accountsOf([personId])} and e.started_at < ${end} and (e.ended_at is null or e.ended_at >= ${end})
    order by e.started_at desc`.execute(db)
  return rows
}
