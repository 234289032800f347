import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

/** The commissioner's approval of one text, as it is printed; null where none is recorded and confirmed. */
export type Approval = Readonly<{
  authority: string
  reference: string
  approved_on: string
  demonstration: boolean
}>

/** The approval in force for exactly this text: confirmed by a second reviewer, and not withdrawn. */
export async function findApproval(
  db: Kysely<DB>,
  text: Readonly<{ course: string; version: string; hash: string }>,
): Promise<Approval | null> {
  const row = await db
    .selectFrom('course_approvals as a')
    .innerJoin('course_approval_decisions as confirmed', (join) =>
      join.onRef('confirmed.approval_id', '=', 'a.id').on('confirmed.act', '=', 'confirmed'),
    )
    .leftJoin('course_approval_decisions as withdrawn', (join) =>
      join.onRef('withdrawn.approval_id', '=', 'a.id').on('withdrawn.act', '=', 'withdrawn'),
    )
    .select(['a.authority', 'a.reference', 'a.approved_on', 'a.is_demonstration as demonstration'])
    .where('a.course', '=', text.course)
    .where('a.version', '=', text.version)
    .where('a.content_hash', '=', text.hash)
    .where('withdrawn.approval_id', 'is', null)
    .orderBy('confirmed.acted_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** Every approval in force, by course, version and text: one statement for a page that shows several. */
export async function listApprovals(
  db: Kysely<DB>,
): Promise<readonly (Approval & { course: string; version: string; content_hash: string })[]> {
  const { rows } = await sql<Approval & { course: string; version: string; content_hash: string }>`
    select a.course, a.version, a.content_hash, a.authority, a.reference, a.approved_on, a.is_demonstration as demonstration
    from course_approvals a
    where exists (select from course_approval_decisions c where c.approval_id = a.id and c.act = 'confirmed')
      and not exists (select from course_approval_decisions w where w.approval_id = a.id and w.act = 'withdrawn')
    order by a.recorded_at`.execute(db)
  return rows
}
