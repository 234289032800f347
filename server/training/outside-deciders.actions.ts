import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { notify } from '#server/notices/actions.ts'
import { trainingDeciders } from '#server/people/granting.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'
import { listSecondPeople, type SecondPerson } from '#server/programs/second-person/second-people.queries.ts'
import { findOutsideRecord, findOutsideTrainingOf, type OutsideTraining } from './outside.queries.ts'

type Deciders = Readonly<{ program_id: string; where: string; people: readonly SecondPerson[] }>

/**
 * Who may decide on a training, for each of the person's programs. The program's own administrators and the license
 * holder's lead come first. Where none of them counts as a second person, administrators of the holder's other programs
 * and licensing staff may decide instead.
 */
export async function listDeciders(
  db: Kysely<DB>,
  trainingId: string,
  now: Date,
): Promise<readonly Deciders[]> {
  const record = await findOutsideRecord(db, trainingId)
  if (!record) return []
  const asked = { firstId: record.recorded_by, aboutId: record.person_id, askedAt: record.recorded_at, now }
  const deciders = []
  for (const program_id of record.program_ids) {
    const scope = await findScope(db, { program_id, holder_id: null })
    if (!scope) continue
    const people = await listSecondPeople(db, scope, trainingDeciders, asked)
    const near = people.filter(({ as }) => as === 'program_admin' || as === 'lead')
    deciders.push({ program_id, where: scope.where ?? '', people: near.length > 0 ? near : people })
  }
  return deciders
}

/** A training on which this viewer decides for others, who can't. */
export async function findTrainingToDecide(
  db: Kysely<DB>,
  viewer: Readonly<{ id: string }>,
  trainingId: string,
  now: Date,
): Promise<Readonly<{ training: OutsideTraining; programIds: readonly string[] }> | null> {
  const programIds = (await listDeciders(db, trainingId, now))
    .filter(({ people }) => people.some(({ id }) => id === viewer.id))
    .map(({ program_id }) => program_id)
  if (programIds.length === 0) return null
  const training = await findOutsideTrainingOf(
    db,
    { id: viewer.id, administered_program_ids: programIds },
    trainingId,
  )
  return training && { training, programIds }
}

/** Tells those who may decide that an administrator recorded a training for someone. */
export async function tellDeciders(
  trx: EvidenceTransaction,
  trainingId: string,
  { title, name }: Readonly<{ title: string; name: string }>,
  now: Date,
): Promise<void> {
  const people = (await listDeciders(trx, trainingId, now)).flatMap((one) => one.people)
  for (const person_id of new Set(people.map(({ id }) => id)))
    await notify(trx, {
      person_id,
      kind: 'outside-training-waiting',
      facts: { title, name, training_id: trainingId },
      dedupe_key: `to-decide ${trainingId}`,
    })
}
