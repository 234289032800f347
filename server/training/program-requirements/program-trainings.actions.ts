import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf, formatDay } from '#server/lib/days.ts'
import { endNotices } from '#server/notices/actions.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader } from '#server/programs/typed-form.ts'
import { certificateOf, keptName, type UploadedFile } from '#server/web/upload.ts'
import type { ProgramRequirement } from './program-requirement.ts'
import {
  listRecordedOn,
  listRequirementNotices,
  listWork,
  type ProgramTraining,
} from './program-requirements.queries.ts'
import { readEntry, type TrainingEntry, type TypedEntry } from './training-entry.ts'

type Viewer = Readonly<{ id: string; supervised_program_ids: readonly string[] }>

export type TypedTraining = TypedEntry & Readonly<{ person: readonly string[] }>

type RecordAnswer =
  | Readonly<{ kind: 'recorded'; count: number }>
  | Readonly<{ kind: 'problems'; problems: readonly Problem[] }>

type Entry = TrainingEntry & Readonly<{ people: readonly string[] }>

/** Records that one person or many took a training. No one records their own. */
export async function recordProgramTrainings(
  db: Database,
  viewer: Viewer,
  requirement: ProgramRequirement,
  typed: TypedTraining,
  file: UploadedFile | null,
  now: Date,
): Promise<RecordAnswer> {
  const read = readTraining(requirement, typed, file, dayOf(now))
  if ('problems' in read) return { kind: 'problems', problems: read.problems }
  const problem = await personProblem(db, viewer, requirement, read, dayOf(now))
  if (problem) return { kind: 'problems', problems: [problem] }
  const kept = certificateOf(file)
  if (kept.kind === 'refused')
    return { kind: 'problems', problems: [{ field: 'file', message: kept.message }] }
  await writeEvidence(db, async (trx) => {
    const file_id = kept.file ? await insertFile(trx, { ...kept.file, name: keptName(kept.file) }) : null
    for (const person_id of read.people)
      await insertTraining(trx, viewer, requirement, { ...read, person_id, file_id }, now)
    await endNotices(trx, await listRequirementNotices(trx, read.people, requirement.requirement_id))
  })
  return { kind: 'recorded', count: read.people.length }
}

function readTraining(
  requirement: ProgramRequirement,
  typed: TypedTraining,
  file: UploadedFile | null,
  today: Day,
): Entry | Readonly<{ problems: readonly Problem[] }> {
  const form = reader({ ...typed, person: undefined }, today)
  const people = [...new Set(typed.person)]
  if (people.length === 0) form.refuse('person', 'Check everyone who took it.')
  const entry = readEntry(requirement, form, typed, file, today)
  return entry ? { ...entry, people } : { problems: form.problems }
}

/** Everyone must work here today, and no one is recorded twice for a day. */
async function personProblem(
  db: Database,
  viewer: Viewer,
  { program_id, requirement_id }: ProgramRequirement,
  { people, completed_on }: Entry,
  today: Day,
): Promise<Problem | null> {
  const refuse = (message: string): Problem => ({ field: 'person', message })
  if (people.includes(viewer.id))
    return refuse(
      'You can’t record your own training. Ask another supervisor or administrator of this program.',
    )
  const here = new Map(
    (await listWork(db, [program_id], { on: today, asKnownOn: null }, null)).map(({ person_id, name }) => [
      person_id,
      name,
    ]),
  )
  if (people.some((id) => !here.has(id)))
    return refuse('Someone you checked doesn’t work here today. Check again.')
  const twice = await listRecordedOn(db, requirement_id, people, completed_on)
  return twice.length > 0
    ? refuse(
        `Already on record for ${formatDay(completed_on)}: ${twice.map((id) => here.get(id)).join(', ')}.`,
      )
    : null
}

export async function insertFile(
  trx: EvidenceTransaction,
  { bytes, name, type }: Readonly<{ bytes: Buffer; name: string; type: string }>,
): Promise<string> {
  const { id } = await trx
    .insertInto('program_training_files')
    .values({ file: bytes, file_name: name, file_type: type })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** One training of one person; with the submission, where they submitted it and it was accepted. */
export async function insertTraining(
  trx: EvidenceTransaction,
  viewer: Pick<Viewer, 'id'>,
  { requirement_id, program_id, title }: Pick<ProgramRequirement, 'requirement_id' | 'program_id' | 'title'>,
  training: TrainingEntry & Readonly<{ person_id: string; file_id: string | null; submission_id?: string }>,
  now: Date,
): Promise<void> {
  const { person_id, completed_on, hours, provider, file_id, submission_id = null } = training
  const taken = { completed_on, hours, provider, file_id }
  const { id } = await trx
    .insertInto('program_trainings')
    .values({
      ...{ requirement_id, program_id, person_id, submission_id, ...taken },
      recorded_by: viewer.id,
      recorded_at: sql`${now}::timestamptz`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  trx.record({
    kind: 'program-training-recorded',
    actor_id: viewer.id,
    subject: `person:${person_id}`,
    facts: {
      ...{ program_training_id: id, program_id, requirement_id, title, ...taken },
      ...(submission_id && { submission_id }),
    },
    at: now,
  })
}

/** Withdraws a training that was recorded by mistake. It stays on record with the reason. No one withdraws their own. */
export async function withdrawProgramTraining(
  db: Database,
  viewer: Viewer,
  training: ProgramTraining,
  reason: string,
  now: Date,
): Promise<'withdrawn' | 'not-found'> {
  if (training.person_id === viewer.id || !viewer.supervised_program_ids.includes(training.program_id))
    return 'not-found'
  return writeEvidence(db, async (trx) => {
    const withdrawn = await trx
      .updateTable('program_trainings')
      .set({ superseded_at: now, superseded_by: viewer.id, superseded_reason: reason })
      .where('id', '=', training.id)
      .where('superseded_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!withdrawn) return 'not-found'
    trx.record({
      kind: 'program-training-superseded',
      actor_id: viewer.id,
      subject: `person:${training.person_id}`,
      facts: { program_training_id: training.id, reason },
      at: now,
    })
    return 'withdrawn'
  })
}
