import { sql } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'

/** Starts the course unless it is already under way, so that a double click starts it once. */
export async function startCourse(db: Database, viewer: Viewer, course: CourseVersion): Promise<void> {
  await noteText(db, course)
  // It may be under way in an account of theirs that was merged.
  const open = await db
    .selectFrom('enrollments')
    .select('id')
    .where(sql<boolean>`person_id = ${accountsOf([viewer.id])}`)
    .where('course', '=', course.slug)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (open) return
  await db
    .insertInto('enrollments')
    .values({ person_id: viewer.id, course: course.slug, version: course.version, content_hash: course.hash })
    .onConflict((conflict) =>
      conflict.columns(['person_id', 'course']).where('ended_at', 'is', null).doNothing(),
    )
    .execute()
}

/** Records the day, never the hour, of a person's last activity. Supervisors see only that. */
export async function noteActivity(
  db: Database,
  viewer: Pick<Viewer, 'id' | 'last_active_on'>,
  today: Day,
): Promise<void> {
  if (viewer.last_active_on !== null && viewer.last_active_on >= today) return
  await db
    .updateTable('people')
    .set({ last_active_on: today })
    .where('id', '=', viewer.id)
    .where((eb) => eb.or([eb('last_active_on', 'is', null), eb('last_active_on', '<', today)]))
    .execute()
}
