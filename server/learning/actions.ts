import { randomBytes } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import {
  type Certified,
  type Issuer,
  issueCertificate,
} from '#server/certificates/certificates/issuing.actions.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { CourseVersion, Module } from '#server/courses/catalogue.ts'
import { findApproval } from '#server/courses/queries.ts'
import { noteText } from '#server/courses/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findProgramOfPerson } from '#server/programs/queries.ts'
import { takeAnswer } from './attempt.ts'
import { doneOf } from './done.ts'
import { type Drawn, drawQuestions } from './drawing.ts'
import { moduleDays } from './module-days.ts'
import { isAssessmentOpen, isComplete, isLessonOpen } from './progress.ts'
import { type Attempt, type Enrollment, listAttempts, lockAttemptOf, lockEnrollmentOf } from './queries.ts'

/** Starts the course, or returns what is already under way: two taps start it once. */
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

/** Marks a lesson read to its end, or set aside; false where it was not open. Marking twice changes nothing. */
export async function markLesson(
  db: Database,
  viewer: Viewer,
  enrollment: Enrollment,
  course: CourseVersion,
  place: { module: string; lesson: string },
  mark: 'finished' | 'skipped',
  today: string,
): Promise<boolean> {
  if (!isLessonOpen(course, doneOf(enrollment), place.module, place.lesson)) return false
  await db
    .insertInto('lesson_marks')
    .values({ enrollment_id: enrollment.id, ...place, mark })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await noteActivity(db, viewer, today)
  return true
}

/** How long a lesson was open and visible: evidence for the learner and licensing, never a gate. */
export async function recordTime(
  db: Database,
  enrollment: Enrollment,
  place: { module: string; lesson: string },
  seconds: number,
): Promise<void> {
  const visible_seconds = Math.min(Math.max(Math.round(seconds), 0), 86_400)
  if (visible_seconds === 0) return
  await db
    .insertInto('lesson_times')
    .values({ enrollment_id: enrollment.id, ...place, visible_seconds })
    .execute()
}

/** Opens an attempt at a module's assessment, or returns the one already open; null where it is not open yet. */
export async function startAttempt(
  db: Database,
  viewer: Viewer,
  enrollmentId: string,
  course: CourseVersion,
  module: Module,
): Promise<string | null> {
  return db.transaction().execute(async (trx) => {
    const enrollment = await lockEnrollmentOf(trx, viewer.id, enrollmentId)
    if (!enrollment || !isAssessmentOpen(course, doneOf(enrollment), module.slug)) return null
    const earlier = await listAttempts(trx, enrollment.id, module.slug)
    const open = earlier.find((attempt) => !attempt.result)
    if (open) return open.id
    const drawn = drawQuestions(
      [...module.questions.keys()],
      module.draw,
      earlier.map((attempt) => attempt.drawn.map((one) => one.question)),
      Math.random,
      () => randomBytes(12).toString('hex'),
    )
    return insertAttempt(trx, enrollment.id, module, drawn)
  })
}

async function insertAttempt(
  trx: Transaction<DB>,
  enrollment_id: string,
  module: Module,
  drawn: readonly Drawn[],
): Promise<string> {
  const { id } = await trx
    .insertInto('attempts')
    .values({ enrollment_id, module: module.slug, drawn: JSON.stringify(drawn), pass_mark: module.passMark })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export type AnswerResult =
  /** Not this person's attempt, or not an attempt at all. */
  | { kind: 'absent' }
  /** The attempt has ended, or this question was answered before: nothing was changed. */
  | { kind: 'stale' }
  /** The form held no answer. */
  | { kind: 'empty'; message: string }
  | { kind: 'next' }
  | { kind: 'failed' }
  | { kind: 'module-passed' }
  | { kind: 'course-completed' }

/** Takes one answer. What it leads to (the result, the completion, the certificate) is one transaction with it. */
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
    const { position, step, answer, is_correct, is_last_step } = taken
    await trx
      .insertInto('attempt_answers')
      .values({
        attempt_id: attempt.id,
        position,
        step,
        answer: JSON.stringify(answer),
        is_correct,
        is_last_step,
        answered_at: now,
      })
      .execute()
    if (!taken.result) return { kind: 'next' }
    await trx
      .insertInto('attempt_results')
      .values({ attempt_id: attempt.id, ...taken.result, finished_at: now })
      .execute()
    if (!taken.result.is_passed) return { kind: 'failed' }
    return completeIfDone(trx, needs, viewer, attempt, course, now)
  })
  // After the transaction, so that it holds the person's row for no time.
  if (result.kind !== 'absent') await noteActivity(db, viewer, dayOf(now))
  return result
}

async function completeIfDone(
  trx: EvidenceTransaction,
  { issuer, afterChange }: Readonly<{ issuer: Issuer; afterChange: AfterChange }>,
  viewer: Viewer,
  attempt: Attempt,
  course: CourseVersion,
  now: Date,
): Promise<AnswerResult> {
  const enrollment = await lockEnrollmentOf(trx, viewer.id, attempt.enrollment_id)
  // Who moved to another version while an attempt was open has left this one behind.
  if (!enrollment || enrollment.ended_at || !isComplete(course, doneOf(enrollment)))
    return { kind: 'module-passed' }
  const modules = await listModuleDays(trx, enrollment.id, course)
  await recordCompletion(trx, issuer, viewer, { enrollmentId: enrollment.id, course, modules }, now)
  await afterChange(trx, [viewer.id], now)
  return { kind: 'course-completed' }
}

/** The completion, the end of its enrollment, its ledger entry and its certificate, together or not at all. */
export async function recordCompletion(
  trx: EvidenceTransaction,
  issuer: Issuer,
  person: Readonly<{ id: string; name: string }>,
  taken: Readonly<{ enrollmentId: string; course: CourseVersion; modules: CertificateFacts['modules'] }>,
  now: Date,
): Promise<void> {
  const { course, modules } = taken
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
      minutes: course.minutes,
    })
    .returning(['id', 'person_id'])
    .executeTakeFirstOrThrow()
  await trx.updateTable('enrollments').set({ ended_at: now }).where('id', '=', taken.enrollmentId).execute()
  trx.record({
    kind: 'course-completed',
    actor_id: person.id,
    subject: `person:${person.id}`,
    facts: { ...text, completion_id: completion.id, completed_on, minutes: course.minutes },
    at: now,
  })
  const certified: Certified = {
    person_name: person.name,
    course_title: course.title,
    course_version: course.version,
    course_hash: course.hash,
    statute: course.statute,
    modules,
    hours: Math.round((course.minutes / 60) * 10) / 10,
    kind: (await hasEarlierCompletion(trx, person.id, course.slug, completion.id)) ? 'annual' : 'initial',
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
    from enrollment_passes where enrollment_id = ${enrollmentId} group by module`.execute(trx)
  return moduleDays(course.modules, new Map(rows.map((row) => [row.module, row.finished_at])))
}

/** Whether the person completed this course before. A completion that was voided does not count. */
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

/** The day, never the hour, of a person's last activity: it is all that a supervisor sees of it. */
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
