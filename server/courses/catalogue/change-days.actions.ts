import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Day } from '#server/lib/days.ts'
import type { CourseVersion } from './catalogue.ts'

/** Sets the deadline for people who completed an older version to read what changed in this one. */
export async function setChangeDay(
  db: Database,
  viewer: Readonly<{ id: string }>,
  text: CourseVersion,
  due_on: Day,
  now: Date,
): Promise<void> {
  await writeEvidence(db, async (trx) => {
    const day = { course: text.slug, version: text.version, due_on }
    await trx
      .insertInto('course_change_days')
      .values({ ...day, set_by: viewer.id, set_at: now })
      .execute()
    trx.record({
      kind: 'change-day-set',
      actor_id: viewer.id,
      subject: `course:${text.slug}@${text.version}`,
      facts: day,
      at: now,
    })
  })
}
