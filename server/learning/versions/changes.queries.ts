import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** A changed lesson that the person has read since completing the course: 'module/lesson' of a version. */
export type ChangeReading = Readonly<{ course: string; version: string; place: string }>

export async function listChangeReadings(
  db: Kysely<DB>,
  personId: string,
): Promise<readonly ChangeReading[]> {
  const { rows } = await sql<ChangeReading>`
    select course, version, module || '/' || lesson as place from course_change_readings
    where person_id = ${personId}`.execute(db)
  return rows
}
