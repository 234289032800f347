import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import type { By } from './account.actions.ts'
import { newToken, tokenHash } from './links.ts'
import { lockPeople } from './queries.ts'

export type EmailChange = Readonly<{
  token: string
  from: string | null
  to: string
  /** The new address has an account already: its owner is told, and the link confirms nothing. */
  isTaken: boolean
}>

const confirmedWithinDays = 2

/** Asks for another email. Nothing changes until the link that goes to the new address is opened and confirmed. */
export async function requestEmailChange(
  trx: EvidenceTransaction,
  personId: string,
  to: string,
  { actorId, reason, now }: By,
): Promise<EmailChange> {
  await lockPeople(trx, [personId])
  await trx
    .updateTable('email_changes')
    .set({ canceled_at: now })
    .where('person_id', '=', personId)
    .where('confirmed_at', 'is', null)
    .where('canceled_at', 'is', null)
    .execute()
  const { email: from } = await trx
    .selectFrom('people')
    .select('email')
    .where('id', '=', personId)
    .executeTakeFirstOrThrow()
  const taken = await trx.selectFrom('people').select('id').where('email', '=', to).executeTakeFirst()
  const token = newToken()
  await trx
    .insertInto('email_changes')
    .values({
      person_id: personId,
      from_email: from,
      to_email: to,
      token_hash: tokenHash(token),
      reason,
      requested_by: actorId,
      requested_at: now,
      expires_at: new Date(now.getTime() + confirmedWithinDays * 86_400_000),
    })
    .execute()
  trx.record({
    kind: 'account-changed',
    actor_id: actorId,
    subject: `person:${personId}`,
    facts: { change: 'email-requested', from, to, ...(reason ? { reason } : {}) },
    at: now,
  })
  return { token, from, to, isTaken: Boolean(taken) }
}

/** The change behind a link that is neither used nor past its days. */
export const findEmailChange = (db: Database, token: string, now: Date) =>
  db
    .selectFrom('email_changes')
    .innerJoin('people', 'people.id', 'email_changes.person_id')
    .select(['email_changes.id', 'email_changes.person_id', 'to_email', 'people.email as from_email'])
    .where('token_hash', '=', tokenHash(token))
    .where('confirmed_at', 'is', null)
    .where('canceled_at', 'is', null)
    .where('expires_at', '>', now)
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst()

/** Makes the new address the person's, and ends links that were mailed to the one before. */
export function confirmEmailChange(
  db: Database,
  token: string,
  now: Date,
): Promise<{ kind: 'changed'; from: string | null; to: string } | { kind: 'link-ended' }> {
  return writeEvidence(db, async (trx) => {
    const found = await findEmailChange(trx, token, now)
    if (!found) return { kind: 'link-ended' }
    await lockPeople(trx, [found.person_id])
    const used = await trx
      .updateTable('email_changes')
      .set({ confirmed_at: now })
      .where('id', '=', found.id)
      .where('confirmed_at', 'is', null)
      .where('canceled_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    const changed =
      used &&
      (await trx
        .updateTable('people')
        .set({ email: found.to_email })
        .where('id', '=', found.person_id)
        .where(sql<boolean>`not exists (select from people other where other.email = ${found.to_email})`)
        .returning('id')
        .executeTakeFirst())
    if (!changed) return { kind: 'link-ended' }
    await trx
      .updateTable('invitations')
      .set({ used_at: now })
      .where('person_id', '=', found.person_id)
      .where('used_at', 'is', null)
      .execute()
    trx.record({
      kind: 'account-changed',
      actor_id: found.person_id,
      subject: `person:${found.person_id}`,
      facts: { change: 'email', from: found.from_email, to: found.to_email },
      at: now,
    })
    return { kind: 'changed', from: found.from_email, to: found.to_email }
  })
}
