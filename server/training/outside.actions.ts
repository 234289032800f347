import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import { findPerson } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself, type TwoPeopleProblem } from '#server/people/two-people.ts'
import { recordBlocked } from '#server/programs/second-person/blocked.actions.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { certificateOf, type KeptFile, keptName, type UploadedFile } from '#server/web/upload.ts'
import type { OutsideTraining } from './outside.queries.ts'
import { tellDeciders } from './outside-deciders.actions.ts'
import type { OutsideEntry } from './outside-form.ts'

type RecordResult = { kind: 'recorded'; id: string } | { kind: 'file-refused'; message: string }

/** Records an outside training, with its certificate file. It counts once a license holder or agency accepts it. */
export async function recordOutsideTraining(
  db: Database,
  viewer: Viewer,
  personId: string,
  entry: OutsideEntry,
  file: UploadedFile | null,
  now: Date,
): Promise<RecordResult> {
  const kept = certificateOf(file)
  if (kept.kind === 'refused') return { kind: 'file-refused', message: kept.message }
  return writeEvidence(db, async (trx) => {
    const id = await insertOutsideTraining(trx, viewer, personId, entry, kept.file, now)
    await refreshStandings(trx, [personId], dayOf(now))
    return { kind: 'recorded', id }
  })
}

/** Inserts one row and tells those who may decide. The caller must refresh the person's standings. */
export async function insertOutsideTraining(
  trx: EvidenceTransaction,
  viewer: Pick<Viewer, 'id'>,
  personId: string,
  entry: OutsideEntry,
  file: KeptFile | null,
  now: Date,
): Promise<string> {
  const id = await insertTrainingRow(trx, viewer, personId, entry, file, now)
  const person = await findPerson(trx, personId)
  await tellDeciders(trx, id, { title: entry.title, name: person?.name ?? '' }, now)
  return id
}

/** The same without telling anyone, for many at once. */
export async function insertTrainingRow(
  trx: EvidenceTransaction,
  viewer: Pick<Viewer, 'id'>,
  personId: string,
  entry: OutsideEntry,
  file: KeptFile | null,
  now: Date,
): Promise<string> {
  const { id } = await trx
    .insertInto('outside_trainings')
    .values({
      ...entry,
      person_id: personId,
      file: file?.bytes ?? null,
      file_name: file ? keptName(file) : null,
      file_type: file?.type ?? null,
      recorded_by: viewer.id,
      recorded_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  trx.record({
    kind: 'outside-training-recorded',
    actor_id: viewer.id,
    subject: `person:${personId}`,
    facts: { outside_training_id: id, ...entry, has_file: Boolean(file) },
    at: now,
  })
  return id
}

/** Withdraws a recorded training. Its learner, its author and program administrators can do this. */
export async function withdrawOutsideTraining(
  db: Database,
  viewer: Viewer,
  training: OutsideTraining,
  reason: string,
  now: Date,
): Promise<void> {
  await writeEvidence(db, async (trx) => {
    if (!(await lockOutsideTraining(trx, training.id))) return
    await supersedeOutsideTraining(trx, viewer, training, reason, now)
    await refreshStandings(trx, [training.person_id], dayOf(now))
  })
}

/** Locks the training, so that of two simultaneous decisions or withdrawals the second sees the first. */
async function lockOutsideTraining(trx: Transaction<DB>, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from outside_trainings where id = ${id} and superseded_at is null for no key update`.execute(trx)
  return rows.length > 0
}

/** Withdraws a recorded training with a reason. It stays on record as superseded, with its decisions. */
export async function supersedeOutsideTraining(
  trx: EvidenceTransaction,
  viewer: Viewer,
  training: Readonly<{ id: string; person_id: string }>,
  reason: string,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('outside_trainings')
    .set({ superseded_at: now, superseded_by: viewer.id, reason })
    .where('id', '=', training.id)
    .where('superseded_at', 'is', null)
    .execute()
  trx.record({
    kind: 'outside-training-superseded',
    actor_id: viewer.id,
    subject: `person:${training.person_id}`,
    facts: { outside_training_id: training.id, reason },
    at: now,
  })
}

type Decision = Readonly<{
  program_id: string
  is_accepted: boolean
  is_certificate_verified: boolean
  reason: string
}>

type DecideResult =
  | { kind: 'decided' }
  | { kind: 'not-two'; problem: TwoPeopleProblem; other: string }
  | { kind: 'not-yours' }
  | { kind: 'reason-missing' }

/**
 * Someone accepts or declines it, or changes the decision. They must be another person than its author, and not the
 * learner. The programs are the ones for which the viewer decides.
 */
export async function decideOutsideTraining(
  db: Database,
  viewer: Viewer,
  { training, programIds }: Readonly<{ training: OutsideTraining; programIds: readonly string[] }>,
  decision: Decision,
  now: Date,
): Promise<DecideResult> {
  const isWaiting = training.waiting.some(({ program_id }) => program_id === decision.program_id)
  const isDecided = decidedBy(training, programIds).some(
    ({ program_id }) => program_id === decision.program_id,
  )
  if (!isWaiting && !isDecided) return { kind: 'not-yours' }
  const blocked = await whyNotToDecide(db, viewer, training, now)
  if (blocked) {
    const { firstId, problem } = blocked
    const who = { firstId, secondId: viewer.id, programId: decision.program_id }
    await recordBlocked(db, { act: 'outside-training', ...who, problem }, now)
    return { kind: 'not-two', problem, other: blocked.other }
  }
  if (!decision.reason.trim()) return { kind: 'reason-missing' }
  return writeEvidence(db, async (trx) => {
    if (!(await lockOutsideTraining(trx, training.id))) return { kind: 'not-yours' }
    await trx
      .updateTable('training_decisions')
      .set({ superseded_at: now })
      .where('outside_training_id', '=', training.id)
      .where('program_id', '=', decision.program_id)
      .where('superseded_at', 'is', null)
      .execute()
    await trx
      .insertInto('training_decisions')
      .values({
        ...decision,
        outside_training_id: training.id,
        decided_by: viewer.id,
        decided_at: sql`${now}::timestamptz`,
      })
      .execute()
    await refreshStandings(trx, [training.person_id], dayOf(now))
    trx.record({
      kind: 'outside-training-decided',
      actor_id: viewer.id,
      subject: `person:${training.person_id}`,
      facts: { outside_training_id: training.id, ...decision },
      at: now,
    })
    await notify(trx, {
      person_id: training.person_id,
      kind: 'outside-training-decided',
      facts: { title: training.title, is_accepted: decision.is_accepted },
      dedupe_key: `decided ${training.id} ${decision.program_id} ${now.toISOString()}`,
    })
    return { kind: 'decided' }
  })
}

/** Its learner, its author and administrators of the person's programs may withdraw it. */
export const mayWithdraw = (training: OutsideTraining, viewer: Viewer): boolean =>
  viewer.id === training.person_id ||
  viewer.id === training.recorded_by ||
  training.waiting.length > 0 ||
  decidedBy(training, viewer.administered_program_ids).length > 0

/** The decisions of the viewer's programs, which the viewer may change with a reason. */
export const decidedBy = ({ decisions }: OutsideTraining, programIds: readonly string[]) =>
  decisions.filter(({ program_id }) => programIds.includes(program_id))

/** Why this viewer can't decide: they don't count as another person than its author, or are the learner. */
export async function whyNotToDecide(
  db: Kysely<DB>,
  viewer: Readonly<{ id: string }>,
  training: OutsideTraining,
  now: Date,
): Promise<Readonly<{ firstId: string; problem: TwoPeopleProblem; other: string }> | null> {
  const between = { askedAt: training.recorded_at, now }
  const author = await whyNotTwoPeople(db, training.recorded_by, viewer.id, between)
  if (author) return { firstId: training.recorded_by, problem: author, other: training.recorded_by_name }
  const learner = await whyNotTwoPeople(db, training.person_id, viewer.id, between)
  const isLearner = isOneself(learner) || learner === 'same-device'
  return isLearner && learner
    ? { firstId: training.person_id, problem: learner, other: training.person_name }
    : null
}
