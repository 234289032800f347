import canonicalize from 'canonicalize'
import { sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { entryHash, genesisHash } from './chain.ts'

/** Every kind of act that is evidence. */
export type LedgerKind =
  | 'course-completed'
  | 'enrollment-moved'
  | 'certificate-issued'
  | 'certificate-drawn'
  | 'certificate-act-requested'
  | 'certificate-act-ended'
  | 'certificate-revoked'
  | 'certificate-corrected'
  | 'completion-voided'
  | 'approval-recorded'
  | 'approval-confirmed'
  | 'approval-refused'
  | 'approval-withdrawn'
  | 'change-day-set'
  | 'roster-changed'
  | 'program-changed'
  | 'outside-training-recorded'
  | 'outside-training-decided'
  | 'outside-training-superseded'
  | 'attendance-recorded'
  | 'group-session-ended'
  | 'group-presence-confirmed'
  | 'group-presence-corrected'
  | 'group-lessons-marked'
  | 'role-granted'
  | 'role-ended'
  | 'link-made'
  | 'records-exported'
  | 'person-viewed'
  | 'review-changed'
  | 'setting-changed'
  | 'api-token-created'
  | 'api-token-ended'
  | 'waiver-granted'

export type LedgerAct = Readonly<{
  kind: LedgerKind
  actor_id: string | null
  /** What it is about: 'certificate:SH-000012', 'person:<uuid>'. */
  subject: string
  facts: Readonly<Record<string, unknown>>
  at: Date
}>

/**
 * Appends one act to the ledger, in the transaction that does it. The lock makes writers take turns until commit, so
 * that each row's hash covers the one before: call it last.
 */
export async function appendToLedger(trx: Transaction<DB>, act: LedgerAct): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-ledger'))`.execute(trx)
  const last = await trx
    .selectFrom('ledger')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const previous_hash = last?.hash ?? genesisHash
  const facts = canonicalize(act.facts) ?? '{}'
  const entry = { ...act, facts, seq: (last?.seq ?? 0) + 1 }
  await trx
    .insertInto('ledger')
    .values({ ...entry, previous_hash, hash: entryHash(entry, previous_hash) })
    .execute()
  return entry.seq
}
