import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { ReviewPart } from './reading-coverage.ts'

/** Records that a reviewer read a lesson or a module's questions. Recording it twice changes nothing. */
export async function recordReviewReading(
  db: Database,
  viewer: Readonly<{ id: string }>,
  text: CourseVersion,
  { module, lesson, hash }: ReviewPart,
  now: Date,
): Promise<void> {
  await db
    .insertInto('course_review_readings')
    .values({
      person_id: viewer.id,
      course: text.slug,
      version: text.version,
      module,
      lesson,
      part_hash: hash,
      read_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
