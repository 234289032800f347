import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { ApprovalRecord } from './approvals.ts'

const approvalRows = (db: Kysely<DB>, where: ReturnType<typeof sql>) =>
  sql<ApprovalRecord>`
  select a.id, a.course, a.version, a.content_hash, a.authority, a.reference, a.approved_on, a.effective_on,
    a.carried_from_id, s.version as carried_from, a.carried_because, a.is_demonstration,
    a.document_name, a.recorded_by, p.name as recorded_by_name, a.recorded_at,
    coalesce((select json_agg(json_build_object('act', c.act, 'reason', c.reason, 'by_name', q.name, 'at', c.acted_at)
                order by c.acted_at)
              from course_approval_decisions c left join people q on q.id = c.acted_by
              where c.approval_id = a.id), '[]') as acts
  from course_approvals a left join people p on p.id = a.recorded_by
    left join course_approvals s on s.id = a.carried_from_id
  where ${where} order by a.recorded_at desc`.execute(db)

/** Every approval ever recorded for a course, newest first. */
export async function listApprovalRecords(
  db: Kysely<DB>,
  course: string,
): Promise<readonly ApprovalRecord[]> {
  const { rows } = await approvalRows(db, sql`a.course = ${course}`)
  return rows
}

export async function findApprovalRecord(db: Kysely<DB>, id: string): Promise<ApprovalRecord | null> {
  const { rows } = await approvalRows(db, sql`a.id = ${id}`)
  return rows[0] ?? null
}

/**
 * When two people record or decide at once, the second sees the first one's change, also in versions that an approval
 * was carried over to. Not a row lock: the service's role can't update these rows, so it can't lock them either.
 */
export async function lockApprovals(trx: Transaction<DB>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('course-approvals'))`.execute(trx)
}

/** Every approval carried over from this one, directly or through other versions. */
export async function listCarriedFrom(trx: Transaction<DB>, id: string): Promise<readonly ApprovalRecord[]> {
  const { rows } = await approvalRows(
    trx,
    sql`a.id in (with recursive carried as (
        select id from course_approvals where carried_from_id = ${id}
        union all select n.id from course_approvals n join carried on n.carried_from_id = carried.id)
      select id from carried)`,
  )
  return rows
}

export async function findApprovalDocument(db: Kysely<DB>, id: string) {
  const row = await db
    .selectFrom('course_approvals')
    .select(['document', 'document_name', 'document_type'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.document ? { ...row, document: row.document } : null
}

/** Everyone who completed exactly this text: their standing can change with its approval. */
export async function listPeopleWhoCompleted(
  trx: Transaction<DB>,
  text: Readonly<{ course: string; version: string; content_hash: string }>,
): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('completions')
    .select('person_id')
    .distinct()
    .where('course', '=', text.course)
    .where('version', '=', text.version)
    .where('content_hash', '=', text.content_hash)
    .execute()
  return rows.map(({ person_id }) => person_id)
}
