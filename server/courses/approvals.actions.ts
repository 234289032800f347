import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { fileType, type UploadedFile } from '#server/web/upload.ts'
import type { ApprovalEntry } from './approval-form.ts'
import { listApprovalRecords, listPeopleWhoCompleted, lockApprovalRecord } from './approvals.queries.ts'
import { approvalState, decidingProblem, recordingProblem } from './approvals.ts'
import type { CourseVersion } from './catalogue.ts'

export type ApprovalResult =
  | Readonly<{ kind: 'done'; course: string; version: string }>
  | Readonly<{ kind: 'refused'; message: string; field: string }>
  | Readonly<{ kind: 'absent' }>

/** Records the commissioner's approval of one text. It counts for nothing until a second reviewer confirms it. */
export async function recordApproval(
  db: Database,
  viewer: Viewer,
  text: CourseVersion,
  entry: ApprovalEntry,
  file: UploadedFile | null,
  now: Date,
): Promise<ApprovalResult> {
  const type = file && fileType(file.bytes)
  if (!file || type !== 'application/pdf')
    return { kind: 'refused', field: 'document', message: 'Attach the approval itself as a PDF.' }
  return writeEvidence(db, async (trx): Promise<ApprovalResult> => {
    await sql`select pg_advisory_xact_lock(hashtext('course-approvals'))`.execute(trx)
    const problem = recordingProblem(text, await listApprovalRecords(trx, text.slug), viewer)
    if (problem) return { kind: 'refused', field: 'authority', message: problem }
    const approval = { course: text.slug, version: text.version, content_hash: text.hash, ...entry }
    const { id } = await trx
      .insertInto('course_approvals')
      .values({
        ...approval,
        document: file.bytes,
        document_name: file.name.replaceAll(/[^\w. -]/g, '_').slice(0, 120),
        document_type: type,
        recorded_by: viewer.id,
        recorded_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'approval-recorded',
      actor_id: viewer.id,
      subject: `course:${text.slug}@${text.version}`,
      facts: { approval_id: id, ...approval },
      at: now,
    })
    return { kind: 'done', course: text.slug, version: text.version }
  })
}

/** Confirms, refuses or withdraws; everybody who completed the text has their standing computed anew with it. */
export async function actOnApproval(
  db: Database,
  needs: Readonly<{ afterChange: AfterChange; findText: (hash: string) => CourseVersion | null }>,
  viewer: Viewer,
  id: string,
  act: 'confirmed' | 'refused' | 'withdrawn',
  reason: string,
  now: Date,
): Promise<ApprovalResult> {
  return writeEvidence(db, async (trx): Promise<ApprovalResult> => {
    const approval = await lockApprovalRecord(trx, id)
    if (!approval) return { kind: 'absent' }
    const problem =
      act === 'withdrawn'
        ? approvalState(approval) === 'in force'
          ? null
          : 'Only an approval in force can be withdrawn.'
        : decidingProblem(needs.findText(approval.content_hash), approval, viewer)
    if (problem) return { kind: 'refused', field: 'reason', message: problem }
    if (act !== 'confirmed' && reason === '')
      return { kind: 'refused', field: 'reason', message: 'Write the reason, for whoever asks later.' }
    await trx
      .insertInto('course_approval_decisions')
      .values({ approval_id: id, act, reason, acted_by: viewer.id, acted_at: now })
      .execute()
    const { course, version, content_hash } = approval
    if (act !== 'refused')
      await needs.afterChange(trx, await listPeopleWhoCompleted(trx, { course, version, content_hash }), now)
    trx.record({
      kind: `approval-${act}`,
      actor_id: viewer.id,
      subject: `course:${course}@${version}`,
      facts: { approval_id: id, course, version, content_hash, reason },
      at: now,
    })
    return { kind: 'done', course, version }
  })
}
