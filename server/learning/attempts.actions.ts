import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { isAssessmentOpen } from '#server/learning/progress/progress.ts'
import { type Attempt, listAttempts, lockEnrollmentOf } from '#server/learning/progress/queries.ts'
import { pickedRefreshers } from '#server/learning/progress/refresher.ts'
import type { Confidence } from '#server/learning/questions/confidence.ts'
import { type Drawn, drawQuestions } from '#server/learning/questions/drawing.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { type Taken, type TakenAnswer, takeAnswer } from './attempt.ts'
import { type Completing, completeIfDone } from './completions.actions.ts'
import { noteActivity } from './enrollments.actions.ts'
import { retakeAt } from './retakes.ts'

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

type AnswerResult =
  /** The attempt doesn't exist or belongs to someone else. */
  | { kind: 'absent' }
  /** The attempt has ended or this question is already answered. Nothing changed. */
  | { kind: 'stale' }
  /** The form had no answer. */
  | { kind: 'empty' }
  | { kind: 'next' }
  | { kind: 'failed' }
  | { kind: 'module-passed' }
  | { kind: 'course-completed' }

/**
 * Saves one answer. Earlier answers never change, so the attempt is read without a lock, and the answer's primary key
 * decides between two tabs. The last answer's result, completion and certificate are saved in one transaction with it.
 */
export async function answerQuestion(
  db: Database,
  needs: Readonly<{
    issuer: Issuer
    findCourse: (course: string, version: string) => CourseVersion | null
    afterChange: AfterChange
  }>,
  viewer: Viewer,
  attempt: Attempt | null,
  form: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<AnswerResult> {
  const course = attempt && needs.findCourse(attempt.course, attempt.version)
  const module = course?.modules.find((one) => one.slug === attempt?.module)
  if (!attempt || !course || !module) return { kind: 'absent' }
  const taken = takeAnswer(module, attempt, form)
  const result = await saveTaken(db, needs, viewer, { attempt, course, module, taken }, now)
  // After the transaction, so that the person's row isn't locked while it runs.
  await noteActivity(db, viewer, dayOf(now))
  return result
}

type TakenIn = Readonly<{ attempt: Attempt; course: CourseVersion; module: Module; taken: Taken }>

async function saveTaken(
  db: Database,
  needs: Completing,
  viewer: Viewer,
  { attempt, course, module, taken }: TakenIn,
  now: Date,
): Promise<AnswerResult> {
  if (taken.kind !== 'taken') return taken
  const { result } = taken
  if (!result) return { kind: (await insertAnswer(db, attempt.id, taken, now)) ? 'next' : 'stale' }
  return writeEvidence(db, async (trx): Promise<AnswerResult> => {
    if (!(await insertAnswer(trx, attempt.id, taken, now))) return { kind: 'stale' }
    await markOptional(trx, course, module, attempt, taken)
    await trx
      .insertInto('attempt_results')
      .values({ attempt_id: attempt.id, ...result, finished_at: now })
      .execute()
    if (!result.is_passed) return { kind: 'failed' }
    const isCompleted = await completeIfDone(trx, needs, viewer, attempt.enrollment_id, course, now)
    return { kind: isCompleted ? 'course-completed' : 'module-passed' }
  })
}

/** Returns whether this answer was the first one given to its question. */
async function insertAnswer(
  db: Kysely<DB>,
  attempt_id: string,
  { position, step, answer, is_correct, is_last_step, credit, confidence }: TakenAnswer,
  answered_at: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into attempt_answers (attempt_id, position, step, answer, is_correct, is_last_step, credit, confidence, answered_at)
    values (${attempt_id}, ${position}, ${step}, ${JSON.stringify(answer)}, ${is_correct}, ${is_last_step}, ${credit}, ${confidence},
      ${answered_at})
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
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
