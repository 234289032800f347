import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type FindingRow, findReviewOf, type Review } from './review.queries.ts'
import type { ReviewState } from './review-words.ts'

export async function openReview(
  db: Database,
  viewer: Viewer,
  programId: string,
  purpose: string,
  now: Date,
): Promise<string> {
  return writeEvidence(db, async (trx) => {
    const { id, number } = await trx
      .insertInto('reviews')
      .values({ program_id: programId, purpose, opened_by: viewer.id, opened_at: now })
      .returning(['id', 'number'])
      .executeTakeFirstOrThrow()
    await insertReviewState(trx, viewer, id, 'open', '', now)
    recordReviewAct(
      trx,
      viewer,
      number,
      { act: 'opened', review_id: id, program_id: programId, purpose },
      now,
    )
    return id
  })
}

type StateResult = { kind: 'changed' } | { kind: 'already' } | { kind: 'reason-missing' }

export async function changeReviewState(
  db: Database,
  viewer: Viewer,
  review: Review,
  state: ReviewState,
  reason: string,
  now: Date,
): Promise<StateResult> {
  if (review.state === state) return { kind: 'already' }
  if (review.state === 'closed' && state !== 'closed' && reason === '') return { kind: 'reason-missing' }
  return writeEvidence(db, async (trx) => {
    await insertReviewState(trx, viewer, review.id, state, reason, now)
    recordReviewAct(
      trx,
      viewer,
      review.number,
      { act: 'state-changed', review_id: review.id, state, reason },
      now,
    )
    return { kind: 'changed' }
  })
}

export const insertReviewState = (
  trx: Transaction<DB>,
  viewer: Viewer,
  review_id: string,
  state: ReviewState,
  reason: string,
  changed_at: Date,
) =>
  trx
    .insertInto('review_states')
    .values({ review_id, state, reason, changed_by: viewer.id, changed_at })
    .execute()

export async function writeNote(
  db: Database,
  viewer: Viewer,
  review: Review,
  body: string,
  now: Date,
): Promise<void> {
  await writeEvidence(db, async (trx) => {
    const { id } = await trx
      .insertInto('review_notes')
      .values({ review_id: review.id, body, written_by: viewer.id, written_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    recordReviewAct(
      trx,
      viewer,
      review.number,
      { act: 'note-written', review_id: review.id, note_id: id },
      now,
    )
  })
}

/**
 * Licensing staff see people by name only in a review, and each such page writes one ledger entry: who saw whom, in which
 * review. It is written before the page is sent. No other GET writes anything. The entry affects no page or rule, so the
 * page can be requested again at any time.
 */
export async function logLook(
  db: Database,
  viewer: Viewer,
  review: Review,
  what: string,
  personIds: readonly string[],
  now: Date,
): Promise<void> {
  if (personIds.length === 0) return
  await recordEvidence(db, {
    kind: 'person-viewed',
    actor_id: viewer.id,
    subject: `review:${review.number}`,
    facts: { what, review_id: review.id, program_id: review.program_id, person_ids: [...personIds].sort() },
    at: now,
  })
}

/** A draft of a correction order leaves the system as a file: which findings, by which laws, and the time allowed. */
export const logDraftedOrder = (
  db: Database,
  viewer: Viewer,
  review: Review,
  violations: readonly Readonly<{ finding: string; law: string; correct_by: string }>[],
  now: Date,
) =>
  recordEvidence(db, {
    kind: 'records-exported',
    actor_id: viewer.id,
    subject: `review:${review.number}`,
    facts: {
      act: 'correction-order-drafted',
      review_id: review.id,
      program_id: review.program_id,
      violations: violations.map(({ finding, law, correct_by }) => ({ finding, law, correct_by })),
    },
    at: now,
  })

/** The same for a finding's page that names a person, when licensing staff view it. */
export async function logFinding(
  db: Database,
  viewer: Viewer,
  finding: FindingRow,
  now: Date,
  what = 'a finding',
): Promise<void> {
  const review = await findReviewOf(db, viewer, finding.review_id)
  if (review && finding.person_id) await logLook(db, viewer, review, what, [finding.person_id], now)
}

/** Records a change to a review in the ledger, in the same transaction. */
export const recordReviewAct = (
  trx: EvidenceTransaction,
  viewer: Viewer,
  reviewNumber: number,
  facts: Readonly<Record<string, unknown>>,
  now: Date,
) =>
  trx.record({
    kind: 'review-changed',
    actor_id: viewer.id,
    subject: `review:${reviewNumber}`,
    facts,
    at: now,
  })
