import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import type { By } from './account.actions.ts'
import { type AccountMail, emailChanged } from './account-emails.ts'
import { newToken, tokenHash } from './links.ts'
import { lockPeople } from './queries.ts'

type EmailChange = Readonly<{
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
  openChanges(db, now).where('token_hash', '=', tokenHash(token)).executeTakeFirst()

/** A change that an administrator asked for and that waits for its owner. */
export const findChangeToConfirm = (db: Database, personId: string, now: Date) =>
  openChanges(db, now)
    .where('email_changes.person_id', '=', personId)
    .whereRef('requested_by', '<>', 'email_changes.person_id')
    .executeTakeFirst()

const openChanges = (db: Database, now: Date) =>
  db
    .selectFrom('email_changes')
    .innerJoin('people', 'people.id', 'email_changes.person_id')
    .select(['email_changes.id', 'email_changes.person_id', 'to_email', 'people.email as from_email'])
    .select(
      sql<boolean>`requested_by <> people.id and (people.password_hash is not null
        or exists (select from passkeys k where k.person_id = people.id)
        or exists (select from sign_in_subjects s where s.person_id = people.id))`.as('needs_owner'),
    )
    .where('confirmed_at', 'is', null)
    .where('canceled_at', 'is', null)
    .where('expires_at', '>', now)
    .where('people.disabled_at', 'is', null)

type Confirmed =
  | { kind: 'changed'; from: string | null; to: string }
  | { kind: 'link-ended' }
  | { kind: 'owner-must-sign-in' }

/**
 * Makes the new address the person's. A change that an administrator asked for takes effect only when the owner, signed
 * in, opens the link: otherwise an administrator could name an address of their own and have a new password sent there.
 */
export const confirmEmailChange = (
  db: Database,
  token: string,
  { viewerId, mail }: Readonly<{ viewerId: string | null; mail: AccountMail }>,
  now: Date,
): Promise<Confirmed> =>
  writeEvidence(db, async (trx) => {
    const found = await findEmailChange(trx, token, now)
    if (!found) return { kind: 'link-ended' }
    if (found.needs_owner && found.person_id !== viewerId) return { kind: 'owner-must-sign-in' }
    const result = await confirm(trx, found, now)
    if (mail && result.kind === 'changed')
      for (const email of emailChanged(result)) await mail(trx, { ...email, personId: found.person_id })
    return result
  })

/** The owner confirms, signed in, what an administrator asked for where no email can be sent. */
export const confirmRequestedChange = (db: Database, ownerId: string, now: Date): Promise<Confirmed> =>
  writeEvidence(db, async (trx) => {
    const found = await findChangeToConfirm(trx, ownerId, now)
    return found ? confirm(trx, found, now) : { kind: 'link-ended' }
  })

/** Ends links that were mailed to the address before. */
async function confirm(
  trx: EvidenceTransaction,
  found: Readonly<{ id: string; person_id: string; to_email: string; from_email: string | null }>,
  now: Date,
): Promise<Confirmed> {
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
}
