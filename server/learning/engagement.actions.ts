import type { Kysely, Transaction } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type Enrollment, isLockedFor } from '#server/learning/progress/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { attemptSpacing } from './attempt-spacing.ts'
import { findEngagementRows, listFastCompletions } from './engagement.queries.ts'
import { type Evidence, evidenceOf, paceOf } from './engagement.ts'

export type LessonPlace = Readonly<{ module: string; lesson: string }>

/**
 * Records how long a lesson was visible, up to `at`. A browser may claim what it likes: the time counts from when the
 * lesson was opened, and no more than has passed since the last time that counted in this course.
 */
export async function recordTime(
  db: Database,
  viewer: Viewer,
  enrollmentId: string,
  seen: LessonPlace & Readonly<{ openedAt: Date; seconds: number }>,
  at: Date,
): Promise<void> {
  const { module, lesson, openedAt, seconds } = seen
  await db.transaction().execute(async (trx) => {
    if (!(await isLockedFor(trx, viewer.id, enrollmentId))) return
    const last = await trx
      .selectFrom('lesson_times')
      .select(({ fn }) => fn.max('at').as('at'))
      .where('enrollment_id', '=', enrollmentId)
      .executeTakeFirst()
    const from = Math.max(openedAt.getTime(), last?.at?.getTime() ?? 0)
    const visible_seconds = Math.floor(Math.min(seconds, (at.getTime() - from) / 1000, 86_400))
    if (visible_seconds < 1) return
    await trx
      .insertInto('lesson_times')
      .values({ enrollment_id: enrollmentId, module, lesson, visible_seconds, at })
      .execute()
  })
}

/** Records that an exercise was tried, once. What was answered is not kept. */
export async function recordTry(
  db: Database,
  enrollment: Enrollment,
  place: LessonPlace,
  exercise: string,
  now: Date,
): Promise<void> {
  if (enrollment.ended_at) return
  await db
    .insertInto('exercise_tries')
    .values({ enrollment_id: enrollment.id, ...place, exercise, tried_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Keeps with a completion how it was taken, and whether that makes it a fast completion. */
export async function insertEvidence(
  trx: Transaction<DB>,
  completion_id: string,
  evidence: Evidence,
  { engagement }: CourseVersion,
) {
  const pace = paceOf(evidence, engagement)
  const { fastest_percent, seconds_per_question } = engagement
  await trx
    .insertInto('completion_evidence')
    .values({
      completion_id,
      planned_minutes: pace.plannedMinutes,
      reading_seconds: pace.readingSeconds,
      lessons: evidence.lessons.length,
      lessons_opened: pace.lessonsOpened,
      exercises: evidence.exercises,
      exercises_tried: evidence.exercisesTried,
      attempts: evidence.attempts.length,
      seconds_per_question: pace.secondsPerQuestion,
      attempt_times: JSON.stringify(evidence.attempts.map(({ questions: _, ...times }) => times)),
      thresholds: JSON.stringify({ fastest_percent, seconds_per_question }),
      reasons: JSON.stringify(pace.reasons),
      is_fast: pace.isFast,
    })
    .execute()
  return { is_fast: pace.isFast, reading_seconds: pace.readingSeconds, lessons_opened: pace.lessonsOpened }
}

/** How a person took the lessons that they have finished. */
export const findEngagement = async (
  db: Kysely<DB>,
  { id, finished }: Pick<Enrollment, 'id' | 'finished'>,
  course: CourseVersion,
): Promise<Evidence> => evidenceOf(course, finished, await findEngagementRows(db, id))

/** A person's fast completions, newest first, with how far apart the attempts at questions were. */
export async function findFastCompletions(db: Kysely<DB>, personId: string) {
  const known = await listFastCompletions(db, personId)
  return known.map((one) => ({ ...one, spacing: attemptSpacing(one.evidence.attempt_times ?? []) }))
}
