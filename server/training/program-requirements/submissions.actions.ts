import type { Kysely } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf, formatDay } from '#server/lib/days.ts'
import { endNotices, notify } from '#server/notices/actions.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself, type TwoPeopleProblem } from '#server/people/two-people.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader } from '#server/programs/typed-form.ts'
import { listAdministrators } from '#server/standings/reminders/reminders.queries.ts'
import { certificateOf, keptName, type UploadedFile } from '#server/web/upload.ts'
import type { ProgramRequirement } from './program-requirement.ts'
import { listRecordedOn, listRequirementNotices } from './program-requirements.queries.ts'
import { insertFile, insertTraining } from './program-trainings.actions.ts'
import { listSubmissionNotices, listSubmissionsBy, type Submission } from './submissions.queries.ts'
import { readEntry, type TrainingEntry, type TypedEntry } from './training-entry.ts'

type Person = Readonly<{ id: string; name: string }>

type SubmitAnswer =
  | Readonly<{ kind: 'submitted'; id: string }>
  | Readonly<{ kind: 'problems'; problems: readonly Problem[] }>

/** Someone submits what they took for a requirement of their program's own. It counts once an administrator accepts it. */
export async function submitTraining(
  db: Database,
  person: Person,
  requirement: ProgramRequirement,
  { typed, file }: Readonly<{ typed: TypedEntry; file: UploadedFile | null }>,
  now: Date,
): Promise<SubmitAnswer> {
  const form = reader({ ...typed }, dayOf(now))
  const entry = readEntry(requirement, form, typed, file, dayOf(now))
  if (!entry) return { kind: 'problems', problems: form.problems }
  const again = await submittedBefore(db, person, requirement, entry)
  if (again) return { kind: 'problems', problems: [{ field: 'completed_on', message: again }] }
  const kept = certificateOf(file)
  if (kept.kind === 'refused')
    return { kind: 'problems', problems: [{ field: 'file', message: kept.message }] }
  return writeEvidence(db, async (trx) => {
    const file_id = kept.file ? await insertFile(trx, { ...kept.file, name: keptName(kept.file) }) : null
    const { requirement_id, program_id, title } = requirement
    const submission = { requirement_id, program_id, ...entry, file_id }
    const { id } = await trx
      .insertInto('program_training_submissions')
      .values({ ...submission, person_id: person.id, submitted_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'program-training-submitted',
      actor_id: person.id,
      subject: `person:${person.id}`,
      facts: { submission_id: id, title, ...submission },
      at: now,
    })
    await tellAdministrators(trx, person, { id, program_id, title })
    return { kind: 'submitted', id }
  })
}

async function submittedBefore(
  db: Kysely<DB>,
  person: Person,
  { requirement_id, program_id }: ProgramRequirement,
  { completed_on }: TrainingEntry,
): Promise<string | null> {
  const recorded = await listRecordedOn(db, requirement_id, [person.id], completed_on)
  if (recorded.length > 0) return `Your program already has it on record for ${formatDay(completed_on)}.`
  const waiting = (await listSubmissionsBy(db, person.id, [program_id])).some(
    (one) =>
      one.requirement_id === requirement_id && one.completed_on === completed_on && one.outcome === null,
  )
  return waiting ? `You already submitted it for ${formatDay(completed_on)}. It waits for a decision.` : null
}

/** The program's own administrators, or those of its license holder where it has no other. */
async function tellAdministrators(
  trx: EvidenceTransaction,
  person: Person,
  { id, program_id, title }: Readonly<{ id: string; program_id: string; title: string }>,
): Promise<void> {
  const others = async (of: 'program' | 'holder') =>
    (await listAdministrators(trx, program_id, of)).filter((one) => one !== person.id)
  const own = await others('program')
  for (const person_id of own.length > 0 ? own : await others('holder'))
    await notify(trx, {
      person_id,
      kind: 'program-training-waiting',
      facts: { title, name: person.name, submission_id: id },
      dedupe_key: `submission ${id}`,
    })
}

type Administrator = Readonly<{ id: string; administered_program_ids: readonly string[] }>

export type DecideAnswer =
  | Readonly<{ kind: 'decided' | 'not-yours' | 'ended' | 'reason-missing' }>
  | Readonly<{ kind: 'not-two'; problem: TwoPeopleProblem }>

/** An administrator of the program accepts or declines what someone else submitted, with a reason either way. */
export async function decideSubmission(
  db: Database,
  viewer: Administrator,
  submission: Submission,
  { outcome, reason }: Readonly<{ outcome: 'accepted' | 'declined'; reason: string }>,
  now: Date,
): Promise<DecideAnswer> {
  if (!viewer.administered_program_ids.includes(submission.program_id)) return { kind: 'not-yours' }
  const problem = await whyNotToDecide(db, viewer, submission, now)
  if (problem) return { kind: 'not-two', problem }
  if (!reason) return { kind: 'reason-missing' }
  return writeEvidence(db, async (trx) => {
    if (!(await endSubmission(trx, viewer, submission, { outcome, reason }, now))) return { kind: 'ended' }
    const { id, person_id, requirement_id, title, program } = submission
    if (outcome === 'accepted') {
      await insertTraining(trx, viewer, submission, { ...submission, submission_id: id }, now)
      await endNotices(trx, await listRequirementNotices(trx, [person_id], requirement_id))
    }
    await notify(trx, {
      person_id,
      kind: 'program-training-decided',
      facts: { title, program, submission_id: id, is_accepted: outcome === 'accepted' },
      dedupe_key: `submission decided ${id}`,
    })
    return { kind: 'decided' }
  })
}

/** Why this administrator can't decide: they are the person, or signed in on the same device. */
export async function whyNotToDecide(
  db: Kysely<DB>,
  viewer: Readonly<{ id: string }>,
  { person_id, submitted_at }: Submission,
  now: Date,
): Promise<TwoPeopleProblem | null> {
  const problem = await whyNotTwoPeople(db, person_id, viewer.id, { askedAt: submitted_at, now })
  return isOneself(problem) || problem === 'same-device' ? problem : null
}

/** The person withdraws what they submitted before anyone decided. It stays on record. */
export const withdrawSubmission = (
  db: Database,
  person: Person,
  submission: Submission,
  now: Date,
): Promise<'withdrawn' | 'not-found'> =>
  writeEvidence(db, async (trx) => {
    if (submission.person_id !== person.id) return 'not-found'
    const ended = await endSubmission(trx, person, submission, { outcome: 'withdrawn', reason: '' }, now)
    return ended ? 'withdrawn' : 'not-found'
  })

/** Of two that end the same submission at once, the second finds it ended. */
async function endSubmission(
  trx: EvidenceTransaction,
  { id: ended_by }: Readonly<{ id: string }>,
  { id: submission_id, person_id, program_id, requirement_id, title }: Submission,
  end: Readonly<{ outcome: 'accepted' | 'declined' | 'withdrawn'; reason: string }>,
  now: Date,
): Promise<boolean> {
  const ended = await trx
    .insertInto('program_training_submission_ends')
    .values({ submission_id, ...end, ended_by, ended_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('submission_id')
    .executeTakeFirst()
  if (!ended) return false
  trx.record({
    kind: 'program-training-submission-ended',
    actor_id: ended_by,
    subject: `person:${person_id}`,
    facts: { submission_id, program_id, requirement_id, title, ...end },
    at: now,
  })
  await endNotices(trx, await listSubmissionNotices(trx, submission_id))
  return true
}
