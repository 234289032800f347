import type { Kysely } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { isComplete, isLessonOpen } from '#server/learning/progress/progress.ts'
import { type Enrollment, isLockedFor } from '#server/learning/progress/queries.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type Commitment, saveCommitment } from './commitments.actions.ts'
import { type Completing, completeIfDone } from './completions.actions.ts'
import type { LessonPlace } from './engagement.actions.ts'
import { noteActivity } from './enrollments.actions.ts'

/** Skips a lesson for now, if it is open. Doing it twice changes nothing. */
export async function skipLesson(
  db: Database,
  viewer: Viewer,
  enrollment: Enrollment,
  course: CourseVersion,
  place: LessonPlace,
  today: string,
): Promise<void> {
  if (!isLessonOpen(course, doneOf(enrollment), place.module, place.lesson)) return
  await db
    .insertInto('lesson_marks')
    .values({ enrollment_id: enrollment.id, ...place, mark: 'skipped' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await noteActivity(db, viewer, today)
}

type Reading = Readonly<{ enrollment: Enrollment; course: CourseVersion; place: LessonPlace; openedAt: Date }>

/** Marks a lesson as read, if it is open. The last lesson of a refresher completes the refresher. */
export async function finishLesson(
  db: Database,
  needs: Completing,
  viewer: Viewer,
  reading: Reading,
  commitment: Commitment | null,
  now: Date,
): Promise<void> {
  const { enrollment, course, place } = reading
  if (!isLessonOpen(course, doneOf(enrollment), place.module, place.lesson)) return
  if (!commitment && !canComplete(reading)) await insertReading(db, reading, now)
  else
    await writeEvidence(db, async (trx) => {
      if (!(await isLockedFor(trx, viewer.id, enrollment.id))) return
      if (commitment) await saveCommitment(trx, enrollment.id, commitment, now)
      await insertReading(trx, reading, now)
      await completeIfDone(trx, needs, viewer, enrollment.id, course, now)
    })
  // After the transaction, so that the person's row isn't locked while it runs.
  await noteActivity(db, viewer, dayOf(now))
}

/** Reading completes a course only in a module without questions, or if everything is done already. */
const canComplete = ({ enrollment, course, place }: Reading): boolean =>
  course.modules.some(({ slug, draw }) => slug === place.module && draw === 0) ||
  isComplete(course, doneOf(enrollment))

/** The reading and its mark in one statement. Doing it twice changes nothing. */
const insertReading = (db: Kysely<DB>, { enrollment, place, openedAt }: Reading, finished_at: Date) => {
  const at = { enrollment_id: enrollment.id, ...place }
  return db
    .with('reading', (also) =>
      also
        .insertInto('lesson_readings')
        .values({ ...at, opened_at: openedAt, finished_at })
        .onConflict((conflict) => conflict.doNothing()),
    )
    .insertInto('lesson_marks')
    .values({ ...at, mark: 'finished' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
