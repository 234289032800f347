import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsIn, accountsOf } from '#server/people/accounts-of.queries.ts'
import type { AttemptTime } from './attempt-spacing.ts'
import type { EngagementRows } from './engagement.ts'

/**
 * How a person took the lessons that they have finished. What an earlier version kept when they moved to this one counts,
 * too. The visible time is known where scripts run; otherwise the time from opening a lesson to going on is used.
 */
export async function findEngagementRows(db: Kysely<DB>, enrollmentId: string): Promise<EngagementRows> {
  const { rows } = await sql<EngagementRows>`
    with recursive taken as (
      select ${enrollmentId}::uuid as id
      union select m.from_enrollment_id from enrollment_moves m join taken t on t.id = m.to_enrollment_id
    )
    select
      coalesce((select json_agg(json_build_object('key', r.module || '/' || r.lesson,
          'opened_at', r.opened_at, 'finished_at', r.finished_at))
        from lesson_readings r where r.enrollment_id in (select id from taken)), '[]') as readings,
      coalesce((select json_object_agg(v.key, v.seconds) from (
        select module || '/' || lesson as key, sum(visible_seconds) as seconds
        from lesson_times where enrollment_id in (select id from taken) group by 1) v), '{}') as visible,
      array(select distinct g.module || '/' || g.lesson from group_lessons g
        where g.enrollment_id in (select id from taken)) as in_group,
      array(select distinct x.module || '/' || x.lesson || '/' || x.exercise from exercise_tries x
        where x.enrollment_id in (select id from taken)) as exercises,
      coalesce((select json_agg(json_build_object('module', a.module, 'questions', r.total, 'is_passed', r.is_passed,
          'started_at', a.started_at, 'finished_at', r.finished_at) order by a.started_at)
        from attempts a join attempt_results r on r.attempt_id = a.id
        where a.enrollment_id in (select id from taken)), '[]') as attempts`.execute(db)
  return rows[0]!
}

/** Who among some people has completed a course fast by a day, in one statement. */
export async function listFastPeople(
  db: Kysely<DB>,
  personIds: readonly string[],
  on: Day,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select p.id from people p
    where p.id = any(${[...personIds]}::uuid[]) and exists (
      select from completions c join completion_evidence e on e.completion_id = c.id
      where c.person_id = ${accountsIn('p')} and e.is_fast and c.completed_on <= ${on}
        and not exists (select from completion_voids v where v.completion_id = c.id))`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

type FastCompletion = Readonly<{
  completion_id: string
  course: string
  completed_on: string
  reasons: readonly string[]
  evidence: Readonly<{
    planned_minutes: number
    reading_seconds: number
    lessons: number
    lessons_opened: number
    exercises: number
    exercises_tried: number
    attempts: number
    seconds_per_question: number | null
    /** Null for completions from before it was kept. */
    attempt_times: readonly AttemptTime[] | null
  }>
  confirmed: readonly Readonly<{ program_id: string; name: string; at: string; note: string }>[]
}>

/** A person's fast completions, newest first. */
export async function listFastCompletions(
  db: Kysely<DB>,
  personId: string,
): Promise<readonly FastCompletion[]> {
  const { rows } = await sql<FastCompletion>`
    select c.id as completion_id, c.course, c.completed_on, e.reasons,
      json_build_object('planned_minutes', e.planned_minutes, 'reading_seconds', e.reading_seconds,
        'lessons', e.lessons, 'lessons_opened', e.lessons_opened, 'exercises', e.exercises,
        'exercises_tried', e.exercises_tried, 'attempts', e.attempts,
        'seconds_per_question', e.seconds_per_question, 'attempt_times', e.attempt_times) as evidence,
      coalesce((select json_agg(json_build_object('program_id', f.program_id, 'name', p.name, 'at', f.confirmed_at,
          'note', f.note) order by f.confirmed_at)
        from completion_confirmations f join people p on p.id = f.confirmed_by where f.completion_id = c.id), '[]') as confirmed
    from completions c join completion_evidence e on e.completion_id = c.id
    where c.person_id = ${accountsOf([personId])} and e.is_fast
      and not exists (select from completion_voids v where v.completion_id = c.id)
    order by c.completed_at desc`.execute(db)
  return rows
}
