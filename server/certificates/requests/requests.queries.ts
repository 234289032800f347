import { type Kysely, sql } from 'kysely'
import type { LicensedProgram } from '#server/certificates/facts.ts'
import type { DB } from '#server/db/schema.ts'

/** What the corrected certificate prints instead. */
export type Correction = Readonly<{
  person_name: string
  program: LicensedProgram | null
  /** True if the account's name changes too. */
  renames_person: boolean
}>

export type RequestRow = Readonly<{
  id: string
  certificate_id: string
  number: string
  act: 'revoke' | 'correct'
  reason: string
  voids_completion: boolean
  correction: Correction | null
  requested_by: string
  requested_by_name: string
  requested_at: Date
  outcome: 'confirmed' | 'refused' | 'withdrawn' | null
  end_reason: string | null
  ended_by_name: string | null
  ended_at: Date | null
}>

const requestRows = (db: Kysely<DB>, where: ReturnType<typeof sql>) =>
  sql<RequestRow>`
  select r.id, r.certificate_id, c.number, r.act, r.reason, r.voids_completion, r.correction, r.requested_by,
    p.name as requested_by_name, r.requested_at, e.outcome, e.reason as end_reason, q.name as ended_by_name, e.ended_at
  from certificate_requests r
  join certificates c on c.id = r.certificate_id
  join people p on p.id = r.requested_by
  left join certificate_request_ends e on e.request_id = r.id
  left join people q on q.id = e.ended_by
  where ${where}`.execute(db)

export async function findRequest(db: Kysely<DB>, id: string): Promise<RequestRow | null> {
  const { rows } = await requestRows(db, sql`r.id = ${id}`)
  return rows[0] ?? null
}

/** All requests about a certificate, latest first. */
export async function listRequests(db: Kysely<DB>, certificateId: string): Promise<readonly RequestRow[]> {
  const { rows } = await requestRows(
    db,
    sql`r.certificate_id = ${certificateId} order by r.requested_at desc`,
  )
  return rows
}

/** Requests waiting for a second person, oldest first. */
export async function listOpenRequests(db: Kysely<DB>): Promise<readonly RequestRow[]> {
  const { rows } = await requestRows(db, sql`e.request_id is null order by r.requested_at`)
  return rows
}

export type RecordedAct = Readonly<{
  act: 'revoked' | 'superseded'
  reason: string
  acted_at: Date
  acted_by_name: string | null
  confirmed_by_name: string | null
}>

/** Revocations and replacements of a certificate, and who made them. */
export async function listActs(db: Kysely<DB>, certificateId: string): Promise<readonly RecordedAct[]> {
  const { rows } = await sql<RecordedAct>`
    select a.act, a.reason, a.acted_at, p.name as acted_by_name, q.name as confirmed_by_name
    from certificate_status_changes a
    left join people p on p.id = a.acted_by
    left join people q on q.id = a.confirmed_by
    where a.certificate_id = ${certificateId} order by a.acted_at`.execute(db)
  return rows
}
