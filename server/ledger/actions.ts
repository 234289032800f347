import canonicalize from 'canonicalize'
import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { againAfterDeadlock } from '#server/db/deadlock.ts'
import type { DB } from '#server/db/schema.ts'
import { wakeSequencer } from './sequencer.actions.ts'

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
 * Runs a transaction and inserts what it recorded as its last statement, without a lock: the sequencer gives the entries
 * their places after the commit. All locks are taken in this order, so that two transactions can't deadlock: what the
 * change is about (program, enrollment, session, review, request), status lists, people, stored standings, and the
 * certificate counter last. If one is rolled back by a deadlock nevertheless, `write` runs a second time: it changes
 * nothing but the database.
 */
export async function writeEvidence<T>(
  db: Database,
  write: (trx: EvidenceTransaction) => Promise<T>,
): Promise<T> {
  const { result, isRecorded } = await againAfterDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const entries: NewEntry[] = []
      const record = (entry: NewEntry) => void entries.push(entry)
      const result = await write(Object.assign(trx, { record }))
      if (entries.length > 0) await arrive(trx, entries)
      return { result, isRecorded: entries.length > 0 }
    }),
  )
  if (isRecorded) wakeSequencer(db)
  return result
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

const arrive = (trx: Transaction<DB>, entries: readonly NewEntry[]) =>
  trx
    .insertInto('ledger_arrivals')
    .values(entries.map((entry) => ({ ...entry, facts: canonicalize(entry.facts) ?? '{}' })))
    .execute()
