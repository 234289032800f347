import { sql } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { Day } from '#server/lib/days.ts'

/** Stores a reported mistake with the date and without the person. */
export async function reportMistake(
  db: Database,
  text: CourseVersion,
  place: Readonly<{ module: string; lesson: string }>,
  body: string,
  on: Day,
): Promise<void> {
  await db
    .insertInto('lesson_mistakes')
    .values({
      course: text.slug,
      version: text.version,
      content_hash: text.hash,
      module: place.module,
      lesson: place.lesson,
      body,
      reported_on: on,
    })
    .execute()
}

/** Answers a report. The first answer stays. False if there is no such report. */
export async function answerMistake(
  db: Database,
  viewer: Readonly<{ id: string }>,
  id: string,
  body: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    with reported as (select id from lesson_mistakes where id = ${id}),
    answered as (
      insert into lesson_mistake_answers (mistake_id, body, answered_by, answered_at)
      select id, ${body}, ${viewer.id}::uuid, ${now}::timestamptz from reported
      on conflict (mistake_id) do nothing
    )
    select id from reported`.execute(db)
  return rows.length > 0
}
