import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { type AccountMail, tellOfSignIn } from './account-emails.ts'
import { hashPassword, passwordProblem } from './passwords.ts'
import { listKnownWords, lockPeople } from './queries.ts'
import type { Viewer } from './roles.ts'

/** Who changes something about an account, why, and when. A person changes their own without a reason. */
export type By = Readonly<{ actorId: string; reason: string; now: Date }>

/**
 * Changes how a person is called. Both names stay in the ledger; certificates keep the name under which they were
 * issued, until licensing corrects them.
 */
export async function changeName(
  trx: EvidenceTransaction,
  personId: string,
  { name, pronunciation }: Readonly<{ name: string; pronunciation: string }>,
  { actorId, reason, now }: By,
): Promise<void> {
  await lockPeople(trx, [personId])
  const before = await trx
    .selectFrom('people')
    .select(['name', 'pronunciation'])
    .where('id', '=', personId)
    .executeTakeFirstOrThrow()
  if (before.name === name && before.pronunciation === pronunciation) return
  await trx.updateTable('people').set({ name, pronunciation }).where('id', '=', personId).execute()
  if (before.name === name) return
  // A certificate may wait for a name that can be printed.
  await enqueue(trx, 'draw-certificates')
  trx.record({
    kind: 'account-changed',
    actor_id: actorId,
    subject: `person:${personId}`,
    facts: { change: 'name', from: before.name, to: name, ...(reason ? { reason } : {}) },
    at: now,
  })
}

/** Turns confidentiality on or off: with it, no public page confirms where the person works or that they do. */
export async function setConfidential(
  trx: EvidenceTransaction,
  personId: string,
  isConfidential: boolean,
  { actorId, reason, now }: By,
): Promise<void> {
  const changed = await trx
    .updateTable('people')
    .set({ is_confidential: isConfidential })
    .where('id', '=', personId)
    .where('is_confidential', '<>', isConfidential)
    .returning('id')
    .executeTakeFirst()
  if (!changed) return
  trx.record({
    kind: 'account-changed',
    actor_id: actorId,
    subject: `person:${personId}`,
    facts: { change: 'confidentiality', to: isConfidential, ...(reason ? { reason } : {}) },
    at: now,
  })
}

/** Sets a new password for the person who is signed in. Their other sessions and remembered devices end. */
export async function changePassword(
  db: Database,
  viewer: Pick<Viewer, 'id' | 'email'>,
  password: string,
  { words, mail }: Readonly<{ words: readonly string[]; mail: AccountMail }>,
  now: Date,
): Promise<{ kind: 'changed' } | { kind: 'problem'; message: string }> {
  const problem = await passwordProblem(password, [...words, ...(await listKnownWords(db, viewer.id))])
  if (problem) return { kind: 'problem', message: problem }
  const password_hash = await hashPassword(password)
  await writeEvidence(db, async (trx) => {
    await trx.updateTable('people').set({ password_hash }).where('id', '=', viewer.id).execute()
    await trx.deleteFrom('known_devices').where('person_id', '=', viewer.id).execute()
    await tellOfSignIn(trx, mail, viewer, 'The password of your account was changed.')
    trx.record({
      kind: 'account-changed',
      actor_id: viewer.id,
      subject: `person:${viewer.id}`,
      facts: { change: 'password' },
      at: now,
    })
  })
  return { kind: 'changed' }
}
