import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { isAssessmentOpen, isLessonOpen } from '#server/learning/progress/progress.ts'
import {
  type Attempt,
  type Enrollment,
  listAttempts,
  lockAttemptOf,
  lockEnrollmentOf,
} from '#server/learning/progress/queries.ts'
import { pickedRefreshers } from '#server/learning/progress/refresher.ts'
import type { Confidence } from '#server/learning/questions/confidence.ts'
import { type Drawn, drawQuestions } from '#server/learning/questions/drawing.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { takeAnswer } from './attempt.ts'
import { type Commitment, saveCommitment } from './commitments.actions.ts'
import { type Completing, completeIfDone } from './completions.actions.ts'
import type { LessonPlace } from './engagement.actions.ts'
import { retakeAt } from './retakes.ts'

/** Starts the course unless it is already under way, so that a double click starts it once. */
export async function startCourse(db: Database, viewer: Viewer, course: CourseVersion): Promise<void> {
  await noteText(db, course)
  await db
    .insertInto('enrollments')
    .values({ person_id: viewer.id, course: course.slug, version: course.version, content_hash: course.hash })
    .onConflict((conflict) =>
      conflict.columns(['person_id', 'course']).where('ended_at', 'is', null).doNothing(),
    )
    .execute()
}

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
  await insertMark(db, enrollment.id, place, 'skipped')
  await noteActivity(db, viewer, today)
}

/** Marks a lesson as read, if it is open. The last lesson of a refresher completes the refresher. */
export async function finishLesson(
  db: Database,
  needs: Completing,
  viewer: Viewer,
  taking: Readonly<{ enrollmentId: string; course: CourseVersion; place: LessonPlace; openedAt: Date }>,
  commitment: Commitment | null,
  now: Date,
): Promise<void> {
  const { enrollmentId, course, place, openedAt } = taking
  await writeEvidence(db, async (trx) => {
    const enrollment = await lockEnrollmentOf(trx, viewer.id, enrollmentId)
    if (!enrollment || !isLessonOpen(course, doneOf(enrollment), place.module, place.lesson)) return
    if (commitment) await saveCommitment(trx, enrollment.id, commitment, now)
    await trx
      .insertInto('lesson_readings')
      .values({ enrollment_id: enrollment.id, ...place, opened_at: openedAt, finished_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await insertMark(trx, enrollment.id, place, 'finished')
    await completeIfDone(trx, needs, viewer, enrollment.id, course, now)
  })
  // After the transaction, so that the person's row isn't locked while it runs.
  await noteActivity(db, viewer, dayOf(now))
}

const insertMark = (
  db: Database | Transaction<DB>,
  enrollment_id: string,
  place: LessonPlace,
  mark: 'finished' | 'skipped',
) =>
  db
    .insertInto('lesson_marks')
    .values({ enrollment_id, ...place, mark })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

/**
 * Starts an attempt at a module's assessment or returns the open one. Null if the assessment is not open yet, or if the
 * learner has to wait after two failed attempts.
 */
export async function startAttempt(
  db: Database,
  viewer: Viewer,
  enrollmentId: string,
  course: CourseVersion,
  module: Module,
  now: Date,
): Promise<string | null> {
  return db.transaction().execute(async (trx) => {
    const enrollment = await lockEnrollmentOf(trx, viewer.id, enrollmentId)
    if (!enrollment || !isAssessmentOpen(course, doneOf(enrollment), module.slug)) return null
    const earlier = await listAttempts(trx, enrollment.id, module.slug)
    const open = earlier.find((attempt) => !attempt.result)
    if (open) return open.id
    if (retakeAt(earlier, course.engagement.retake_wait_minutes, now)) return null
    const drawn = drawQuestions(
      [...module.questions.values()],
      module.draw,
      earlier.map((attempt) => attempt.drawn.map((one) => one.question)),
      Math.random,
      () => randomBytes(12).toString('hex'),
    )
    return insertAttempt(trx, enrollment.id, module, drawn, now)
  })
}

async function insertAttempt(
  trx: Transaction<DB>,
  enrollment_id: string,
  module: Module,
  drawn: readonly Drawn[],
  started_at: Date,
): Promise<string> {
  const { id } = await trx
    .insertInto('attempts')
    .values({
      enrollment_id,
      module: module.slug,
      drawn: JSON.stringify(drawn),
      pass_mark: module.passMark,
      started_at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export type AnswerResult =
  /** The attempt doesn't exist or belongs to someone else. */
  | { kind: 'absent' }
  /** The attempt has ended or this question is already answered. Nothing changed. */
  | { kind: 'stale' }
  /** The form had no answer. */
  | { kind: 'empty'; message: string }
  | { kind: 'next' }
  | { kind: 'failed' }
  | { kind: 'module-passed' }
  | { kind: 'course-completed' }

/** Saves one answer and, in the same transaction, any result, completion and certificate that it leads to. */
export async function answerQuestion(
  db: Database,
  needs: Readonly<{
    issuer: Issuer
    findCourse: (course: string, version: string) => CourseVersion | null
    afterChange: AfterChange
  }>,
  viewer: Viewer,
  attemptId: string,
  form: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<AnswerResult> {
  const result = await writeEvidence(db, async (trx): Promise<AnswerResult> => {
    const attempt = await lockAttemptOf(trx, viewer.id, attemptId)
    const course = attempt && needs.findCourse(attempt.course, attempt.version)
    const module = course?.modules.find((one) => one.slug === attempt?.module)
    if (!attempt || !course || !module) return { kind: 'absent' }
    const taken = takeAnswer(module, attempt, form)
    if (taken.kind === 'stale' || taken.kind === 'empty') return taken
    const { position, step, answer, is_correct, is_last_step, credit, confidence } = taken
    await trx
      .insertInto('attempt_answers')
      .values({
        attempt_id: attempt.id,
        position,
        step,
        answer: JSON.stringify(answer),
        is_correct,
        is_last_step,
        credit,
        confidence,
        answered_at: now,
      })
      .execute()
    if (!taken.result) return { kind: 'next' }
    await markOptional(trx, course, module, attempt, taken)
    await trx
      .insertInto('attempt_results')
      .values({ attempt_id: attempt.id, ...taken.result, finished_at: now })
      .execute()
    if (!taken.result.is_passed) return { kind: 'failed' }
    const isCompleted = await completeIfDone(trx, needs, viewer, attempt.enrollment_id, course, now)
    return { kind: isCompleted ? 'course-completed' : 'module-passed' }
  })
  // After the transaction, so that the person's row isn't locked while it runs.
  if (result.kind !== 'absent') await noteActivity(db, viewer, dayOf(now))
  return result
}

/** Marks the lessons of a refresher that its diagnostic found unnecessary for this learner. */
async function markOptional(
  trx: Transaction<DB>,
  course: CourseVersion,
  module: Module,
  attempt: Attempt,
  last: Readonly<{ position: number; is_correct: boolean; confidence: Confidence | null }>,
): Promise<void> {
  const answers = [...attempt.answers, { ...last, step: 0, answer: null, is_last_step: true, credit: null }]
  const picked = pickedRefreshers(course, module, { drawn: attempt.drawn, answers })
  if (!picked || picked.optional.length === 0) return
  await trx
    .insertInto('lesson_marks')
    .values(
      picked.optional.map((lesson) => ({
        enrollment_id: attempt.enrollment_id,
        module: picked.module,
        lesson,
        mark: 'optional',
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Records the day, never the hour, of a person's last activity. Supervisors see only that. */
export async function noteActivity(
  db: Database,
  viewer: Readonly<{ id: string }>,
  today: string,
): Promise<void> {
  await db
    .updateTable('people')
    .set({ last_active_on: today })
    .where('id', '=', viewer.id)
    .where((eb) => eb.or([eb('last_active_on', 'is', null), eb('last_active_on', '<', today)]))
    .execute()
}
