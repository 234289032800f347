import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { fileType, isWhole, type UploadedFile } from '#server/web/upload.ts'
import type { OutsideTraining } from './outside.queries.ts'
import type { OutsideEntry } from './outside-form.ts'

export type RecordResult = { kind: 'recorded'; id: string } | { kind: 'file-refused'; message: string }

/** Records a training taken elsewhere, with its file; it counts once a license holder or agency accepts it. */
export async function recordOutsideTraining(
  db: Database,
  viewer: Viewer,
  personId: string,
  entry: OutsideEntry,
  file: UploadedFile | null,
  now: Date,
): Promise<RecordResult> {
  const type = file && fileType(file.bytes)
  if (file && !type)
    return { kind: 'file-refused', message: 'That file is not a PDF, PNG or JPEG. Send it as one of these.' }
  if (file && !isWhole(file.bytes))
    return {
      kind: 'file-refused',
      message: 'That file seems cut off, or has something behind its end. Save it once more, and send that.',
    }
  return writeEvidence(db, async (trx) => {
    const kept = file && type ? { ...file, type } : null
    const id = await insertOutsideTraining(trx, viewer, personId, entry, kept, now)
    await refreshStandings(trx, [personId], dayOf(now))
    return { kind: 'recorded', id }
  })
}

type KeptFile = UploadedFile & Readonly<{ type: NonNullable<ReturnType<typeof fileType>> }>

/** One row more. The caller refreshes the standing of its person. */
export async function insertOutsideTraining(
  trx: EvidenceTransaction,
  viewer: Viewer,
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

const endings = { 'application/pdf': '.pdf', 'image/png': '.png', 'image/jpeg': '.jpg' } as const

/** Whatever it was called, it is saved under the ending of what it is. */
function keptName({ name, type }: KeptFile): string {
  const plain = name
    .replace(/\.[A-Za-z]{1,8}$/, '')
    .replace(/[^\w.\- ]+/g, '_')
    .slice(-90)
  return `${plain || 'certificate'}${endings[type]}`
}

/** Takes a recorded training back, as its taker, its author or an administrator. */
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

/** Two administrators may decide at once, or one take back what the other decides: the second sees the first. */
async function lockOutsideTraining(trx: Transaction<DB>, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from outside_trainings where id = ${id} and superseded_at is null for no key update`.execute(trx)
  return rows.length > 0
}

/** Takes a recorded training back, with the reason; it stays on record as superseded, with what was decided on it. */
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

export type Decision = Readonly<{
  program_id: string
  is_accepted: boolean
  is_certificate_verified: boolean
  reason: string
}>

export type DecideResult =
  | { kind: 'decided' }
  | { kind: 'own' }
  | { kind: 'not-yours' }
  | { kind: 'reason-missing' }

/** An administrator of the program, other than the training's author and its taker, accepts or declines it, or decides anew. */
export async function decideOutsideTraining(
  db: Database,
  viewer: Viewer,
  training: OutsideTraining,
  decision: Decision,
  now: Date,
): Promise<DecideResult> {
  const isWaiting = training.waiting.some(({ program_id }) => program_id === decision.program_id)
  const isDecided = decidedBy(training, viewer).some(({ program_id }) => program_id === decision.program_id)
  if (!isWaiting && !isDecided) return { kind: 'not-yours' }
  if (viewer.id === training.recorded_by || viewer.id === training.person_id) return { kind: 'own' }
  if ((isDecided || !decision.is_accepted) && !decision.reason.trim()) return { kind: 'reason-missing' }
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

/** What programs that a viewer administers have decided on it, and may decide anew with a reason. */
export const decidedBy = ({ decisions }: OutsideTraining, viewer: Viewer) =>
  decisions.filter(({ program_id }) => viewer.administered_program_ids.includes(program_id))
