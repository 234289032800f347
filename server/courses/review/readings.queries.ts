import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** A lesson or a module's questions (without a lesson) that a reviewer marked as read, in the text of that hash. */
export type ReviewReading = Readonly<{
  person_id: string
  name: string
  module: string
  lesson: string
  part_hash: string
  read_at: Date
}>

/** What reviewers read of any version of a course, oldest first. */
export async function listReviewReadings(db: Kysely<DB>, course: string): Promise<readonly ReviewReading[]> {
  const { rows } = await sql<ReviewReading>`
    select r.person_id, p.name, r.module, r.lesson, r.part_hash, r.read_at
    from course_review_readings r join people p on p.id = r.person_id
    where r.course = ${course} order by r.read_at, p.name`.execute(db)
  return rows
}
