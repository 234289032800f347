import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { programOfReview } from './review-program.queries.ts'

export type EvidenceStep = 'due-day-changed' | 'closed' | 'reopened'

export type EvidenceRequest = Readonly<{
  id: string
  review_id: string
  review_number: number
  number: number
  program_id: string
  program: string
  person_id: string | null
  person_name: string | null
  subject: string
  due_on: Day
  requested_by_name: string
  requested_at: Date
  /** In order; `at` is an instant, ISO 8601. */
  messages: readonly Readonly<{
    is_from_program: boolean
    body: string
    by: string
    at: string
    files: readonly Readonly<{ id: string; name: string }>[]
  }>[]
  steps: readonly Readonly<{
    step: EvidenceStep
    due_on: Day | null
    reason: string
    by: string
    at: string
  }>[]
}>

const requestRows = (db: Kysely<DB>, where: RawBuilder<unknown>) =>
  sql<EvidenceRequest>`
  select q.id, q.review_id, r.number as review_number, q.number, r.program_id, coalesce(d.name, h.name) as program,
    q.person_id, person.name as person_name, q.subject, w.name as requested_by_name, q.requested_at,
    coalesce((select s.due_on from evidence_steps s where s.request_id = q.id and s.due_on is not null
      order by s.id desc limit 1), q.due_on) as due_on,
    coalesce((select json_agg(json_build_object('is_from_program', m.is_from_program, 'body', m.body, 'by', p.name,
        'at', m.written_at, 'files', (select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name) order by f.name), '[]')
          from evidence_files f where f.message_id = m.id)) order by m.written_at)
      from evidence_messages m join people p on p.id = m.written_by where m.request_id = q.id), '[]') as messages,
    coalesce((select json_agg(json_build_object('step', s.step, 'due_on', s.due_on, 'reason', s.reason, 'by', p.name,
        'at', s.done_at) order by s.id)
      from evidence_steps s join people p on p.id = s.done_by where s.request_id = q.id), '[]') as steps
  from evidence_requests q
  join reviews r on r.id = q.review_id
  ${programOfReview}
  join people w on w.id = q.requested_by
  left join people person on person.id = q.person_id
  where ${where}
  order by r.number desc, q.number`.execute(db)

/** Licensing staff see all requests. A program's administrators see those to their programs. */
const isSeenBy = (viewer: Viewer) =>
  hasRole(viewer, 'licensing')
    ? sql`true`
    : sql`r.program_id = any(${[...viewer.administered_program_ids]}::uuid[])`

export async function findEvidenceRequestOf(
  db: Kysely<DB>,
  viewer: Viewer,
  id: string,
): Promise<EvidenceRequest | null> {
  const { rows } = await requestRows(db, sql`q.id = ${id} and ${isSeenBy(viewer)}`)
  return rows[0] ?? null
}

export async function listEvidenceRequests(
  db: Kysely<DB>,
  reviewId: string,
): Promise<readonly EvidenceRequest[]> {
  const { rows } = await requestRows(db, sql`q.review_id = ${reviewId}`)
  return rows
}

/** The requests to programs that the viewer administers. */
export async function listEvidenceToSend(
  db: Kysely<DB>,
  viewer: Viewer,
): Promise<readonly EvidenceRequest[]> {
  const { rows } = await requestRows(
    db,
    sql`r.program_id = any(${[...viewer.administered_program_ids]}::uuid[])`,
  )
  return rows
}

export const findEvidenceFile = (db: Kysely<DB>, requestId: string, id: string) =>
  db
    .selectFrom('evidence_files')
    .innerJoin('evidence_messages', 'evidence_messages.id', 'evidence_files.message_id')
    .select(['evidence_files.name', 'type', 'bytes'])
    .where('evidence_files.id', '=', id)
    .where('request_id', '=', requestId)
    .executeTakeFirst()

/** Who asked for the evidence and who opened the review, if they still have access. */
export async function listAskersOf(db: Kysely<DB>, requestId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct p.id from evidence_requests q join reviews r on r.id = q.review_id
    join people p on p.id in (q.requested_by, r.opened_by) and p.disabled_at is null
    where q.id = ${requestId} order by p.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** Requests that are not closed, each with its due day, and whether the program answered what was asked last. */
export const openEvidence = sql`(
  select q.id, q.number, q.requested_by, r.number as review, r.program_id, r.opened_by, m.written_at,
    coalesce((select d.due_on from evidence_steps d where d.request_id = q.id and d.due_on is not null
      order by d.id desc limit 1), q.due_on) as due_on,
    m.is_from_program and coalesce(m.written_at >= last.done_at, true) as is_answered
  from evidence_requests q join reviews r on r.id = q.review_id
  join lateral (select m.is_from_program, m.written_at from evidence_messages m where m.request_id = q.id
    order by m.written_at desc limit 1) m on true
  left join lateral (select s.step, s.done_at from evidence_steps s where s.request_id = q.id and s.step <> 'due-day-changed'
    order by s.id desc limit 1) last on true
  where last.step is distinct from 'closed')`
