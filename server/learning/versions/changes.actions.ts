import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'

/** Records that a person read a changed lesson. Recording it twice changes nothing. */
export async function recordChangeRead(
  db: Database,
  viewer: Readonly<{ id: string }>,
  text: CourseVersion,
  place: Readonly<{ module: string; lesson: string }>,
  now: Date,
): Promise<void> {
  await db
    .insertInto('course_change_readings')
    .values({
      person_id: viewer.id,
      course: text.slug,
      version: text.version,
      content_hash: text.hash,
      module: place.module,
      lesson: place.lesson,
      read_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
