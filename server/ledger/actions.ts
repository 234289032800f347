import canonicalize from 'canonicalize'
import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { entryHash, genesisHash } from './chain.ts'

/** Every kind of change that is evidence. */
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
  | 'completion-confirmed'
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
  | 'program-requirement-changed'
  | 'program-training-recorded'
  | 'program-training-superseded'
  | 'program-training-submitted'
  | 'program-training-submission-ended'
  | 'attendance-recorded'
  | 'group-session-ended'
  | 'group-presence-confirmed'
  | 'group-presence-corrected'
  | 'group-lessons-marked'
  | 'role-granted'
  | 'role-ended'
  | 'second-person-requested'
  | 'second-person-decided'
  | 'second-person-blocked'
  | 'access-confirmed'
  | 'record-opened'
  | 'record-shared'
  | 'link-made'
  | 'account-changed'
  | 'accounts-merged'
  | 'accounts-separated'
  | 'records-exported'
  | 'person-viewed'
  | 'review-changed'
  | 'setting-changed'
  | 'resource-changed'
  | 'shift-checked'
  | 'api-token-created'
  | 'api-token-ended'
  | 'waiver-granted'
  | 'database-restored'
  | 'personal-data-removed'
  | 'key-rotated'
  | 'data-notice-published'
  | 'data-notice-acknowledged'

type NewEntry = Readonly<{
  kind: LedgerKind
  actor_id: string | null
  /** The subject: 'certificate:SH-000012', 'person:<uuid>'. */
  subject: string
  facts: Readonly<Record<string, unknown>>
  at: Date
}>

/** A transaction that writes evidence. `record` holds an entry until everything else in the transaction is done. */
export type EvidenceTransaction = Transaction<DB> & Readonly<{ record: (entry: NewEntry) => void }>

/**
 * Runs a transaction and appends what it recorded as its last statement. The ledger has one lock for all writers, held
 * until commit: a transaction that took it early and then waited for another lock could deadlock with one that holds
 * that lock and waits for the ledger. All other locks are taken before it, in this order: what the change is about
 * (program, enrollment, session, review), the certificate counter, status lists, people, stored standings.
 */
export function writeEvidence<T>(db: Database, write: (trx: EvidenceTransaction) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const entries: NewEntry[] = []
    const result = await write(Object.assign(trx, { record: (entry: NewEntry) => void entries.push(entry) }))
    if (entries.length > 0) await append(trx, entries)
    return result
  })
}

/** Writes a single entry, such as when someone views a person's record. */
export const recordEvidence = (db: Database, entry: NewEntry): Promise<void> =>
  writeEvidence(db, async (trx) => trx.record(entry))

type Export = Readonly<{
  by: string
  subject: string
  at: Date
  facts: Readonly<{ what: string } & Record<string, unknown>>
}>

/** Writes down who takes records out of the service. Called before the file is sent: what isn't written isn't sent. */
export const recordExport = (db: Database, { by, ...entry }: Export): Promise<void> =>
  recordEvidence(db, { kind: 'records-exported', actor_id: by, ...entry })

// A process that freezes while it has its turn must not stop the others: the database ends its transaction. Less than a
// writer waits for a lock.
const mostIdle = '4s'

/** Writers take turns until commit, so that each row's hash covers the row before it. */
async function append(trx: Transaction<DB>, entries: readonly NewEntry[]): Promise<void> {
  await sql`select set_config('idle_in_transaction_session_timeout', ${mostIdle}, true)`.execute(trx)
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-ledger'))`.execute(trx)
  const last = await trx
    .selectFrom('ledger')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  let seq = last?.seq ?? 0
  let previous_hash = last?.hash ?? genesisHash
  const rows = entries.map((entry) => {
    seq += 1
    const chained = { ...entry, seq, facts: canonicalize(entry.facts) ?? '{}' }
    const row = { ...chained, previous_hash, hash: entryHash(chained, previous_hash) }
    previous_hash = row.hash
    return row
  })
  await trx.insertInto('ledger').values(rows).execute()
}
