import { randomUUID } from 'node:crypto'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { replaceLink } from '#server/people/actions.ts'
import { findAccountBySignInName, lockPeople } from '#server/people/queries.ts'
import { countAttempt } from './attempts.actions.ts'
import { earlierPaperCodeHash, paperCodeHash } from './paper-code.ts'

type PaperCodeResult =
  | { kind: 'accepted'; linkToken: string }
  | { kind: 'not-confirmed' }
  | { kind: 'refused' }
  | { kind: 'throttled'; seconds: number }

/**
 * Trades a code on paper for a link to set a password, once, and only after a second person confirmed that the right
 * one has it. The link goes to the browser in which the code was typed.
 */
export async function usePaperCode(
  db: Database,
  given: Readonly<{ name: string; code: string; address: string }>,
  tell: TellOwner,
  now: Date,
): Promise<PaperCodeResult> {
  const seconds = await countAttempt(db, [{ kind: 'address', value: given.address }], now)
  if (seconds > 0) return { kind: 'throttled', seconds }
  const account = await findAccountBySignInName(db, given.name)
  // Before the lock, because it is slow; and for an unknown name too, so that the time tells nothing.
  const hash = await paperCodeHash(account?.id ?? randomUUID(), given.code)
  if (!account || account.disabled_at) return { kind: 'refused' }
  return writeEvidence(db, async (trx): Promise<PaperCodeResult> => {
    await lockPeople(trx, [account.id])
    const code = await trx
      .selectFrom('paper_codes')
      .select(['id', 'resets_second_factor', 'confirmed_at'])
      .where('person_id', '=', account.id)
      .where('code_hash', 'in', [hash, earlierPaperCodeHash(account.id, given.code)])
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    if (!code) return { kind: 'refused' }
    if (!code.confirmed_at) return { kind: 'not-confirmed' }
    await trx
      .updateTable('paper_codes')
      .set({ ended_at: now, how_ended: 'used' })
      .where('id', '=', code.id)
      .execute()
    if (code.resets_second_factor) await removeSecondFactors(trx, account.id)
    trx.record({
      kind: 'account-changed',
      actor_id: account.id,
      subject: `person:${account.id}`,
      facts: { change: 'paper-code-used', resets_second_factor: code.resets_second_factor },
      at: now,
    })
    await tell(trx, account.id, { what: 'code-used', by: null, key: code.id })
    return { kind: 'accepted', linkToken: await replaceLink(trx, account.id, 'reset', null) }
  })
}

async function removeSecondFactors(trx: EvidenceTransaction, personId: string): Promise<void> {
  for (const table of ['authenticators', 'passkeys', 'recovery_codes', 'known_devices'] as const)
    await trx.deleteFrom(table).where('person_id', '=', personId).execute()
}
