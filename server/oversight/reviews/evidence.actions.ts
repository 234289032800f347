import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import type { Day } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { listProgramAdministrators } from '#server/notices/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type EvidenceRequest, type EvidenceStep, listAskersOf } from './evidence.queries.ts'
import type { EvidenceEntry, EvidenceMessage } from './evidence-form.ts'
import { evidenceState } from './evidence-page.ts'
import { recordReviewAct } from './review.actions.ts'
import type { Review } from './review.queries.ts'

/** Licensing staff ask a program for evidence by a day. Its administrators get a message. */
export async function requestEvidence(
  db: Database,
  viewer: Viewer,
  review: Review,
  entry: EvidenceEntry,
  message: EvidenceMessage,
  now: Date,
): Promise<string> {
  return writeEvidence(db, async (trx) => {
    // Only one request at a time may get the next number in a review.
    await sql`select pg_advisory_xact_lock(hashtext(${review.id}))`.execute(trx)
    const { last } = await trx
      .selectFrom('evidence_requests')
      .select((eb) => eb.fn.coalesce(eb.fn.max('number'), eb.lit(0)).as('last'))
      .where('review_id', '=', review.id)
      .executeTakeFirstOrThrow()
    const { id, number } = await trx
      .insertInto('evidence_requests')
      .values({
        ...entry,
        review_id: review.id,
        number: last + 1,
        requested_by: viewer.id,
        requested_at: now,
      })
      .returning(['id', 'number'])
      .executeTakeFirstOrThrow()
    const request = { id, number, review_number: review.number, review_id: review.id }
    await insertMessage(trx, viewer, { ...request, isFromProgram: false }, message, now)
    record(trx, viewer, request, { act: 'evidence-requested', ...entry }, now)
    await tellProgram(trx, review.program_id, {
      kind: 'evidence-requested',
      facts: { request_id: id, review: review.number, number, on: entry.due_on },
      dedupe_key: `evidence-requested ${id}`,
    })
    return id
  })
}

/** Both sides write into the thread of a request until it is closed. */
export async function writeMessage(
  db: Database,
  viewer: Viewer,
  request: EvidenceRequest,
  isFromProgram: boolean,
  message: EvidenceMessage,
  now: Date,
): Promise<{ kind: 'written' } | { kind: 'closed' }> {
  return writeEvidence(db, async (trx) => {
    if (await isClosed(trx, request.id)) return { kind: 'closed' }
    const { id: request_id, review_number: review, number, program } = request
    const id = await insertMessage(trx, viewer, { id: request_id, isFromProgram }, message, now)
    const act = isFromProgram ? 'evidence-sent' : 'evidence-asked-again'
    record(trx, viewer, request, { act, message_id: id, files: message.files.map(digest) }, now)
    if (isFromProgram)
      await notifyAll(
        trx,
        (await listAskersOf(trx, request_id)).map((person_id) => ({
          person_id,
          kind: 'evidence-sent',
          facts: { request_id, review, number, program },
          dedupe_key: `evidence-sent ${id}`,
        })),
      )
    else
      await tellProgram(trx, request.program_id, {
        kind: 'evidence-reply',
        facts: { request_id, review, number },
        dedupe_key: `evidence-reply ${id}`,
      })
    return { kind: 'written' }
  })
}

type Step = Readonly<{ step: EvidenceStep; due_on: Day | null; reason: string }>

/** Licensing staff close a request, reopen it or change its due day. The program is told, with the reason. */
export async function takeEvidenceStep(
  db: Database,
  viewer: Viewer,
  request: EvidenceRequest,
  step: Step,
  now: Date,
): Promise<{ kind: 'done' } | { kind: 'not-open-to-this' }> {
  return writeEvidence(db, async (trx) => {
    if ((await isClosed(trx, request.id)) !== (step.step === 'reopened')) return { kind: 'not-open-to-this' }
    const { id } = await trx
      .insertInto('evidence_steps')
      .values({ ...step, request_id: request.id, done_by: viewer.id, done_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { step: act, ...facts } = step
    record(trx, viewer, request, { act: `evidence-${act}`, ...facts }, now)
    await tellProgram(trx, request.program_id, {
      kind: 'evidence-reply',
      facts: { request_id: request.id, review: request.review_number, number: request.number },
      dedupe_key: `evidence-step ${id}`,
    })
    return { kind: 'done' }
  })
}

/** Steps and messages of a request take turns, so that no message arrives in a thread that is being closed. */
async function isClosed(trx: Transaction<DB>, id: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext(${id}))`.execute(trx)
  const steps = await trx
    .selectFrom('evidence_steps')
    .select(['step', 'due_on', 'reason'])
    .where('request_id', '=', id)
    .orderBy('id')
    .execute()
  const taken = steps.map((one) => ({ ...one, step: one.step as EvidenceStep, by: '', at: '' }))
  return evidenceState({ messages: [], steps: taken }) === 'closed'
}

async function insertMessage(
  trx: Transaction<DB>,
  viewer: Viewer,
  { id: request_id, isFromProgram }: Readonly<{ id: string; isFromProgram: boolean }>,
  { body, files }: EvidenceMessage,
  now: Date,
): Promise<string> {
  const { id } = await trx
    .insertInto('evidence_messages')
    .values({ request_id, is_from_program: isFromProgram, body, written_by: viewer.id, written_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (files.length > 0)
    await trx
      .insertInto('evidence_files')
      .values(files.map((file) => ({ ...file, message_id: id, sha256: digest(file) })))
      .execute()
  return id
}

const digest = ({ bytes }: Readonly<{ bytes: Buffer }>) => createHash('sha256').update(bytes).digest('hex')

type Numbered = Pick<EvidenceRequest, 'id' | 'number' | 'review_id' | 'review_number'>

const record = (
  trx: EvidenceTransaction,
  viewer: Viewer,
  { id, number, review_id, review_number }: Numbered,
  facts: Readonly<Record<string, unknown>>,
  now: Date,
) => recordReviewAct(trx, viewer, review_number, { ...facts, review_id, request_id: id, number }, now)

type ToProgram = Omit<Extract<NewNotice, { kind: 'evidence-requested' | 'evidence-reply' }>, 'person_id'>

async function tellProgram(trx: Transaction<DB>, programId: string, notice: ToProgram) {
  const administrators = await listProgramAdministrators(trx, { programId })
  await notifyAll(
    trx,
    administrators.map((person_id) => ({ ...notice, person_id }) as NewNotice),
  )
}
