import { sql, type Transaction } from 'kysely'
import {
  type Certified,
  type Issuer,
  issueCertificate,
} from '#server/certificates/certificates/issuing.actions.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { findApproval } from '#server/courses/catalogue/approvals.queries.ts'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { DB } from '#server/db/schema.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { moduleDays } from '#server/learning/progress/module-days.ts'
import { isComplete } from '#server/learning/progress/progress.ts'
import { lockEnrollmentOf } from '#server/learning/progress/queries.ts'
import { minutesTaken } from '#server/learning/progress/refresher.ts'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { emit } from '#server/notices/webhooks/emit.actions.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findProgramOfPerson } from '#server/programs/queries.ts'
import { findEngagement, insertEvidence } from './engagement.actions.ts'
import type { Evidence } from './engagement.ts'

export type Completing = Readonly<{ issuer: Issuer; afterChange: AfterChange }>

/** Records the completion if nothing is left to do. Returns whether it did. */
export async function completeIfDone(
  trx: EvidenceTransaction,
  completing: Completing,
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
  await recordCompletion(trx, completing, viewer, taken, now)
  return true
}

type Taken = Readonly<{
  enrollmentId: string
  course: CourseVersion
  modules: CertificateFacts['modules']
  minutes: number
  /** How it was taken. Null if that was not recorded. */
  evidence: Evidence | null
}>

/** Records the completion, ends its enrollment, refreshes standings and issues the certificate: all or nothing. */
export async function recordCompletion(
  trx: EvidenceTransaction,
  { issuer, afterChange }: Completing,
  person: Readonly<{ id: string; name: string }>,
  taken: Taken,
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
  await afterChange(trx, [person.id], now)
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
    .where(sql<boolean>`person_id = ${accountsOf([personId])}`)
    .where('course', '=', course)
    .where('completions.id', '<>', but)
    .where('completion_voids.completion_id', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return Boolean(row)
}
