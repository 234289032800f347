import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import {
  type Certified,
  type Issuer,
  issueCertificate,
} from '#server/certificates/certificates/issuing.actions.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { findApproval } from '#server/courses/catalogue/approvals.queries.ts'
import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { moduleDays } from '#server/learning/progress/module-days.ts'
import { isAssessmentOpen, isComplete, isLessonOpen } from '#server/learning/progress/progress.ts'
import {
  type Attempt,
  type Enrollment,
  findAttemptOf,
  isLockedFor,
  listAttempts,
  lockEnrollmentOf,
} from '#server/learning/progress/queries.ts'
import { minutesTaken, pickedRefreshers } from '#server/learning/progress/refresher.ts'
import type { Confidence } from '#server/learning/questions/confidence.ts'
import { type Drawn, drawQuestions } from '#server/learning/questions/drawing.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { emit } from '#server/notices/webhooks/emit.actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findProgramOfPerson } from '#server/programs/queries.ts'
import { type Taken, type TakenAnswer, takeAnswer } from './attempt.ts'
import { type Commitment, saveCommitment } from './commitments.actions.ts'
import { findEngagement, insertEvidence, type LessonPlace } from './engagement.actions.ts'
import type { Evidence } from './engagement.ts'
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
  attemptId: string,
  form: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<AnswerResult> {
  const attempt = await findAttemptOf(db, viewer.id, attemptId)
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
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('attempt_answers')
    .values({
      attempt_id,
      position,
      step,
      answer: JSON.stringify(answer),
      is_correct,
      is_last_step,
      credit,
      confidence,
      answered_at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
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

type Completing = Readonly<{ issuer: Issuer; afterChange: AfterChange }>

/** Records the completion if nothing is left to do. Returns whether it did. */
async function completeIfDone(
  trx: EvidenceTransaction,
  { issuer, afterChange }: Completing,
  viewer: Viewer,
  enrollmentId: string,
  course: CourseVersion,
  now: Date,
): Promise<boolean> {
  const enrollment = await lockEnrollmentOf(trx, viewer.id, enrollmentId)
  // A learner who changed to another version while an attempt was open can't complete the old one.
  if (!enrollment || enrollment.ended_at || !isComplete(course, doneOf(enrollment))) return false
  const modules = await listModuleDays(trx, enrollment.id, course)
  const minutes = minutesTaken(course, new Set(enrollment.finished))
  const evidence = await findEngagement(trx, enrollment, course)
  const taken = { enrollmentId: enrollment.id, course, modules, minutes, evidence }
  await recordCompletion(trx, issuer, viewer, taken, now)
  await afterChange(trx, [viewer.id], now)
  return true
}

/** Records the completion, ends its enrollment, issues the certificate and writes the ledger: all or nothing. */
export async function recordCompletion(
  trx: EvidenceTransaction,
  issuer: Issuer,
  person: Readonly<{ id: string; name: string }>,
  taken: Readonly<{
    enrollmentId: string
    course: CourseVersion
    modules: CertificateFacts['modules']
    minutes: number
    /** How it was taken. Null if that was not recorded. */
    evidence: Evidence | null
  }>,
  now: Date,
): Promise<void> {
  const { course, modules, minutes, evidence } = taken
  const completed_on = dayOf(now)
  const text = { course: course.slug, version: course.version, content_hash: course.hash }
  const completion = await trx
    .insertInto('completions')
    .values({
      ...text,
      enrollment_id: taken.enrollmentId,
      person_id: person.id,
      completed_at: now,
      completed_on,
      modules: JSON.stringify(modules),
      minutes,
    })
    .returning(['id', 'person_id'])
    .executeTakeFirstOrThrow()
  await trx.updateTable('enrollments').set({ ended_at: now }).where('id', '=', taken.enrollmentId).execute()
  const pace = evidence && (await insertEvidence(trx, completion.id, evidence, course))
  trx.record({
    kind: 'course-completed',
    actor_id: person.id,
    subject: `person:${person.id}`,
    facts: { ...text, completion_id: completion.id, completed_on, minutes, ...(pace && { pace }) },
    at: now,
  })
  const { course: slug, version } = text
  const data = { course: slug, version, completed_on }
  await emit(trx, 'course.completed', [{ person_id: person.id, program_id: null, data }], now)
  const certified: Certified = {
    person_name: person.name,
    course_title: course.title,
    course_version: course.version,
    course_hash: course.hash,
    statute: course.statute,
    modules,
    hours: Math.round((minutes / 60) * 10) / 10,
    kind: await certificateKind(trx, person.id, course, completion.id),
    completed_at: now.toISOString(),
    completed_on,
    issued_at: now.toISOString(),
    approval: await findApproval(trx, textOf(course), completed_on),
    program: await findProgramOfPerson(trx, person.id, completed_on),
    note: course.supplementary,
  }
  await issueCertificate(trx, completion, certified, issuer, now)
}

const textOf = ({ slug, version, hash }: CourseVersion) => ({ course: slug, version, hash })

async function listModuleDays(trx: Transaction<DB>, enrollmentId: string, course: CourseVersion) {
  const { rows } = await sql<{ module: string; finished_at: Date }>`
    select module, min(finished_at) as finished_at
    from enrollment_passes where enrollment_id = ${enrollmentId} group by module
    union all
    select module, max(marked_at) from finished_lessons where enrollment_id = ${enrollmentId}
      and module not in (select module from enrollment_passes where enrollment_id = ${enrollmentId})
    group by module`.execute(trx)
  const passedAt = new Map(rows.map((row) => [row.module, row.finished_at]))
  // A refresher's diagnostic can leave nothing to read in a module; such a module has no day.
  const modules =
    course.kind === 'refresher' ? course.modules.filter(({ slug }) => passedAt.has(slug)) : course.modules
  return moduleDays(modules, passedAt)
}

/** A refresher's certificate doesn't say "annual": the license holder decides whether it counts as annual training. */
async function certificateKind(
  trx: Transaction<DB>,
  personId: string,
  course: CourseVersion,
  completionId: string,
): Promise<CertificateFacts['kind']> {
  if (course.kind === 'refresher') return 'course'
  return (await hasEarlierCompletion(trx, personId, course.slug, completionId)) ? 'annual' : 'initial'
}

/** Whether the person completed this course before. Voided completions don't count. */
async function hasEarlierCompletion(trx: Transaction<DB>, personId: string, course: string, but: string) {
  const row = await trx
    .selectFrom('completions')
    .leftJoin('completion_voids', 'completion_voids.completion_id', 'completions.id')
    .select('completions.id')
    .where('person_id', '=', personId)
    .where('course', '=', course)
    .where('completions.id', '<>', but)
    .where('completion_voids.completion_id', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return Boolean(row)
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
