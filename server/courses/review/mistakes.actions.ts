import { sql } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { Day } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'

/** Stores a reported mistake with the date and without the person, and tells the reviewers. */
export async function reportMistake(
  db: Database,
  text: CourseVersion,
  place: Readonly<{ module: string; lesson: string }>,
  body: string,
  on: Day,
): Promise<void> {
  const lesson = text.modules
    .find(({ slug }) => slug === place.module)
    ?.lessons.find(({ slug }) => slug === place.lesson)
  await db.transaction().execute(async (trx) => {
    const { id } = await trx
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
      .returning('id')
      .executeTakeFirstOrThrow()
    await notifyAll(
      trx,
      (await listActive(trx, 'reviewer')).map((person_id) => ({
        person_id,
        kind: 'mistake-reported',
        facts: { course: text.title, lesson: lesson?.title ?? place.lesson },
        dedupe_key: `mistake ${id}`,
      })),
    )
  })
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
