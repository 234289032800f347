import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

type Mistake = Readonly<{
  id: string
  course: string
  version: string
  module: string
  lesson: string
  body: string
  reported_on: Day
  answer: string | null
  answered_by_name: string | null
  answered_at: Date | null
}>

/** Reported mistakes, unanswered first, then newest first; at most 500. */
export async function listMistakes(db: Kysely<DB>): Promise<readonly Mistake[]> {
  const { rows } = await sql<Mistake>`
    select m.id, m.course, m.version, m.module, m.lesson, m.body, m.reported_on,
      a.body as answer, p.name as answered_by_name, a.answered_at
    from lesson_mistakes m
    left join lesson_mistake_answers a on a.mistake_id = m.id
    left join people p on p.id = a.answered_by
    order by a.mistake_id is not null, m.reported_on desc, m.id
    limit 500`.execute(db)
  return rows
}

/** The number of unanswered reports. */
export async function countOpenMistakes(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from lesson_mistakes m
    where not exists (select from lesson_mistake_answers a where a.mistake_id = m.id)`.execute(db)
  return rows[0]!.count
}
