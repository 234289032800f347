import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { joinPerson } from '#server/people/accounts-of.queries.ts'

/** One person's first answer to a question, from finished attempts. */
export type MeetingRow = Readonly<{
  question: string
  is_right: boolean
  rest_share: number
  /** True if they were sure about at least one incorrect step. */
  is_sure_miss: boolean
  /** The stored answers, step by step. */
  answers: readonly unknown[]
}>

export async function listMeetings(
  db: Kysely<DB>,
  text: Readonly<{ course: string; hash: string }>,
  module: string,
): Promise<readonly MeetingRow[]> {
  const { rows } = await sql<MeetingRow>`
    select distinct on (p.id, d.drawn ->> 'question')
      d.drawn ->> 'question' as question, n.is_right, n.is_sure_miss,
      case when r.total > 1 then (r.correct - n.is_right::int)::float8 / (r.total - 1) else 0 end as rest_share, n.answers
    from enrollments e ${joinPerson('e.person_id')}
    join attempts a on a.enrollment_id = e.id and a.module = ${module}
    join attempt_results r on r.attempt_id = a.id
    cross join lateral jsonb_array_elements(a.drawn) with ordinality as d(drawn, place)
    cross join lateral (
      select bool_and(n.is_correct) as is_right, json_agg(n.answer order by n.step) as answers,
        bool_or(n.confidence = 'sure' and not n.is_correct) is true as is_sure_miss
      from attempt_answers n where n.attempt_id = a.id and n.position = d.place - 1) n
    where e.course = ${text.course} and e.content_hash = ${text.hash} and n.is_right is not null
    order by p.id, d.drawn ->> 'question', a.started_at`.execute(db)
  return rows
}

export type LessonTime = Readonly<{ module: string; lesson: string; people: number; minutes: number }>

/** The median time that lessons were open, of people who read them to the end. */
export async function listLessonTimes(
  db: Kysely<DB>,
  text: Readonly<{ course: string; hash: string }>,
  fewestPeople: number,
): Promise<readonly LessonTime[]> {
  const { rows } = await sql<LessonTime>`
    select module, lesson, count(*)::int as people,
      round((percentile_cont(0.5) within group (order by seconds) / 60)::numeric, 1)::float8 as minutes
    from (
      select p.id as person_id, t.module, t.lesson, sum(t.visible_seconds) as seconds
      from enrollments e ${joinPerson('e.person_id')}
      join lesson_times t on t.enrollment_id = e.id
      where e.course = ${text.course} and e.content_hash = ${text.hash}
        and exists (select from lesson_marks m where m.enrollment_id = e.id and m.module = t.module
                    and m.lesson = t.lesson and m.mark = 'finished')
      group by p.id, t.module, t.lesson) each
    group by module, lesson having count(*) >= ${fewestPeople}`.execute(db)
  return rows
}
