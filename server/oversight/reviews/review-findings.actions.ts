import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Day } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { listProgramAdministrators } from '#server/notices/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { insertReviewState, recordReviewAct } from './review.actions.ts'
import { type FindingRow, listLicensorsOf, type Review } from './review.queries.ts'
import type { AnswerFile, FindingEntry } from './review-finding-form.ts'
import { actsOpenTo, type FindingAct, findingState, isEditable } from './review-words.ts'

/** Writes a finding and, if requested, sends it to the program. The review then awaits the program. */
export async function writeFinding(
  db: Database,
  viewer: Viewer,
  review: Review,
  { isSent, ...entry }: FindingEntry,
  now: Date,
): Promise<string> {
  return writeEvidence(db, async (trx) => {
    // Only one finding at a time may get the next number in a review.
    await sql`select pg_advisory_xact_lock(hashtext(${review.id}))`.execute(trx)
    const { last } = await trx
      .selectFrom('review_findings')
      .select((eb) => eb.fn.coalesce(eb.fn.max('number'), eb.lit(0)).as('last'))
      .where('review_id', '=', review.id)
      .executeTakeFirstOrThrow()
    const { id, number } = await trx
      .insertInto('review_findings')
      .values({ ...entry, review_id: review.id, number: last + 1, written_by: viewer.id, written_at: now })
      .returning(['id', 'number'])
      .executeTakeFirstOrThrow()
    if (isSent)
      await send(trx, viewer, { ...review, review_id: review.id, finding_id: id, finding: number }, now)
    const { body: _, ...facts } = entry
    recordReviewAct(
      trx,
      viewer,
      review.number,
      { act: 'finding-written', review_id: review.id, finding_id: id, number, ...facts, is_sent: isSent },
      now,
    )
    return id
  })
}

type Sent = Readonly<{
  review_id: string
  number: number
  program_id: string
  finding_id: string
  finding: number
}>

async function send(trx: Transaction<DB>, viewer: Viewer, sent: Sent, now: Date) {
  const { review_id, finding_id, finding } = sent
  await trx
    .insertInto('review_finding_steps')
    .values({ finding_id, act: 'sent', acted_by: viewer.id, acted_at: now })
    .execute()
  const { state } = await trx
    .selectFrom('review_states')
    .select('state')
    .where('review_id', '=', review_id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  if (state !== 'awaiting-program')
    await insertReviewState(trx, viewer, review_id, 'awaiting-program', 'A finding was sent.', now)
  await tellAdministrators(trx, sent.program_id, {
    kind: 'finding-sent',
    facts: { finding_id, review: sent.number, number: finding },
    dedupe_key: `finding-sent ${finding_id}`,
  })
}

type AboutFinding = Omit<Extract<NewNotice, { kind: 'finding-sent' | 'finding-corrected' }>, 'person_id'>

async function tellAdministrators(trx: Transaction<DB>, programId: string, notice: AboutFinding) {
  const administrators = await listProgramAdministrators(trx, { programId })
  await notifyAll(
    trx,
    administrators.map((person_id) => ({ ...notice, person_id })),
  )
}

type FindingResult =
  | { kind: 'done' }
  | { kind: 'not-open-to-this' }
  | { kind: 'reason-missing' }
  | { kind: 'day-missing' }
  | { kind: 'law-missing' }

export async function actOnFinding(
  db: Database,
  viewer: Viewer,
  finding: FindingRow,
  { act, reason, follow_up_on }: Readonly<{ act: FindingAct; reason: string; follow_up_on: Day | null }>,
  now: Date,
): Promise<FindingResult> {
  if (!actsOpenTo[findingState(finding.acts, finding.answers.at(-1)?.at ?? null)].includes(act))
    return { kind: 'not-open-to-this' }
  if (act === 'follow-up-moved' && !follow_up_on) return { kind: 'day-missing' }
  if (act === 'sent' && !finding.law) return { kind: 'law-missing' }
  if (act !== 'sent' && act !== 'follow-up-moved' && reason === '') return { kind: 'reason-missing' }
  return writeEvidence(db, async (trx) => {
    const { review_id, review_number, program_id, number } = finding
    const sent = { review_id, number: review_number, program_id, finding_id: finding.id, finding: number }
    if (act === 'sent') await send(trx, viewer, sent, now)
    else
      await trx
        .insertInto('review_finding_steps')
        .values({
          finding_id: finding.id,
          act,
          reason,
          follow_up_on: act === 'follow-up-moved' ? follow_up_on : null,
          acted_by: viewer.id,
          acted_at: now,
        })
        .execute()
    recordReviewAct(
      trx,
      viewer,
      finding.review_number,
      { act: `finding-${act}`, review_id: finding.review_id, finding_id: finding.id, reason, follow_up_on },
      now,
    )
    return { kind: 'done' }
  })
}

/**
 * Changes a finding's text. Before it is sent, that is no one else's concern. After that it needs a reason, the program
 * is told, its answer is awaited again, and the wording that it had seen stays on record.
 */
export async function editFinding(
  db: Database,
  viewer: Viewer,
  finding: FindingRow,
  entry: FindingEntry,
  reason: string,
  now: Date,
): Promise<FindingResult> {
  const state = findingState(finding.acts, finding.answers.at(-1)?.at ?? null)
  if (!isEditable(state)) return { kind: 'not-open-to-this' }
  const wasSent = state !== 'draft'
  if (wasSent && !reason) return { kind: 'reason-missing' }
  if (wasSent && !entry.law) return { kind: 'law-missing' }
  const { isSent: _, body, ...typed } = entry
  // Once a finding is sent, its follow-up day is changed by a step of its own.
  const facts = wasSent ? { ...typed, follow_up_on: finding.follow_up_on } : typed
  return writeEvidence(db, async (trx) => {
    const { id } = await trx
      .insertInto('review_finding_edits')
      .values({ ...facts, body, finding_id: finding.id, edited_by: viewer.id, edited_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    if (wasSent) {
      await trx
        .insertInto('review_finding_steps')
        .values({ finding_id: finding.id, act: 'corrected', reason, acted_by: viewer.id, acted_at: now })
        .execute()
      await tellAdministrators(trx, finding.program_id, {
        kind: 'finding-corrected',
        facts: { finding_id: finding.id, review: finding.review_number, number: finding.number },
        dedupe_key: `finding-corrected ${id}`,
      })
    }
    const act = { act: wasSent ? 'finding-corrected' : 'finding-edited', ...facts, reason }
    const about = { review_id: finding.review_id, finding_id: finding.id }
    recordReviewAct(trx, viewer, finding.review_number, { ...act, ...about }, now)
    return { kind: 'done' }
  })
}

/** A program's administrator answers a finding, with an optional file as evidence. */
export async function answerFinding(
  db: Database,
  viewer: Viewer,
  finding: FindingRow,
  body: string,
  file: AnswerFile | null,
  now: Date,
): Promise<{ kind: 'answered' } | { kind: 'closed' }> {
  const state = findingState(finding.acts, finding.answers.at(-1)?.at ?? null)
  if (state !== 'sent' && state !== 'answered') return { kind: 'closed' }
  return writeEvidence(db, async (trx) => {
    const { id } = await trx
      .insertInto('review_answers')
      .values({
        finding_id: finding.id,
        body,
        file: file?.bytes ?? null,
        file_name: file?.name ?? null,
        file_type: file?.type ?? null,
        answered_by: viewer.id,
        answered_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const facts = {
      act: 'finding-answered',
      review_id: finding.review_id,
      finding_id: finding.id,
      answer_id: id,
    }
    recordReviewAct(trx, viewer, finding.review_number, { ...facts, has_file: file !== null }, now)
    await notifyAll(
      trx,
      (await listLicensorsOf(trx, finding.id)).map((person_id) => ({
        person_id,
        kind: 'finding-answered',
        facts: {
          finding_id: finding.id,
          review: finding.review_number,
          number: finding.number,
          program: finding.program,
        },
        dedupe_key: `finding-answered ${id}`,
      })),
    )
    return { kind: 'answered' }
  })
}
