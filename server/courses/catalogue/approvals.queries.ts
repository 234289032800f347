import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

/** The commissioner's approval of a version, as printed on certificates. */
type Approval = Readonly<{
  authority: string
  reference: string
  approved_on: string
  /** The effective date in the commissioner's letter. */
  effective_on: string
  /** The version that the commissioner approved, if this one only corrects its wording. */
  carried_from: string | null
  demonstration: boolean
}>

export type ApprovalOfText = Approval & Readonly<{ course: string; version: string; content_hash: string }>

/** The approval in effect for exactly this text on a day, or null. */
export async function findApproval(
  db: Kysely<DB>,
  text: Readonly<{ course: string; version: string; hash: string }>,
  on: Day,
): Promise<Approval | null> {
  const { rows } = await approvalRows(
    db,
    on,
    sql`a.course = ${text.course} and a.version = ${text.version} and a.content_hash = ${text.hash}`,
  )
  if (!rows[0]) return null
  const { course: _course, version: _version, content_hash: _hash, ...approval } = rows[0]
  return approval
}

/** Every approval in effect on a day. */
export async function listApprovals(db: Kysely<DB>, on: Day): Promise<readonly ApprovalOfText[]> {
  return (await approvalRows(db, on, sql`true`)).rows
}

/**
 * SQL: true if a completion (`c` in the outer query) was of a text whose approval was in effect: from its effective
 * date, and not withdrawn before the course was completed. `known` limits it to changes recorded by a past date.
 */
export const wasApproved = (
  known: (at: ReturnType<typeof sql>) => ReturnType<typeof sql>,
) => sql<boolean>`exists (
  select from course_approvals a
  join course_approval_decisions yes on yes.approval_id = a.id and yes.act = 'confirmed' and ${known(sql`yes.acted_at`)}
  left join course_approval_decisions no on no.approval_id = a.id and no.act = 'withdrawn' and ${known(sql`no.acted_at`)}
  where a.course = c.course and a.version = c.version and a.content_hash = c.content_hash
    and a.effective_on <= c.completed_on and (no.acted_at is null or no.acted_at > c.completed_at))`

/** In effect: confirmed by a second reviewer, not withdrawn, and past its effective date. */
const approvalRows = (db: Kysely<DB>, on: Day, where: ReturnType<typeof sql>) =>
  sql<ApprovalOfText>`
  select a.course, a.version, a.content_hash, a.authority, a.reference, a.approved_on, a.effective_on,
    (select s.version from course_approvals s where s.id = a.carried_from_id) as carried_from,
    a.is_demonstration as demonstration
  from course_approvals a
  where a.effective_on <= ${on} and ${where}
    and exists (select from course_approval_decisions c where c.approval_id = a.id and c.act = 'confirmed')
    and not exists (select from course_approval_decisions w where w.approval_id = a.id and w.act = 'withdrawn')
  order by a.recorded_at desc`.execute(db)
