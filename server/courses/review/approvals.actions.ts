import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { fileType, type UploadedFile } from '#server/web/upload.ts'
import type { ApprovalEntry } from './approval-form.ts'
import {
  findApprovalRecord,
  listApprovalRecords,
  listCarriedFrom,
  listPeopleWhoCompleted,
  lockApprovals,
} from './approvals.queries.ts'
import {
  type ApprovalRecord,
  approvalState,
  carriableApproval,
  decidingProblem,
  recordingProblem,
} from './approvals.ts'

type ApprovalResult =
  | Readonly<{ kind: 'done'; course: string; version: string }>
  | Readonly<{ kind: 'refused'; message: string; field: string }>
  | Readonly<{ kind: 'absent' }>

/** Records the commissioner's approval of a text. It does not count until a second reviewer confirms it. */
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
    return { kind: 'refused', field: 'document', message: 'Attach the approval document as a PDF.' }
  return writeEvidence(db, async (trx): Promise<ApprovalResult> => {
    await lockApprovals(trx)
    const problem = recordingProblem(text, await listApprovalRecords(trx, text.slug), viewer)
    if (problem) return { kind: 'refused', field: 'authority', message: problem }
    const document = {
      document: file.bytes,
      document_name: file.name.replaceAll(/[^\w. -]/g, '_').slice(0, 120),
      document_type: type,
    }
    return insertApproval(trx, viewer, text, entry, document, now)
  })
}

/**
 * Carries the approval of the previous version over to a text with the same meaning. Like any approval it
 * counts once a second reviewer confirms it, with the same effective date as the original.
 */
export async function carryApproval(
  db: Database,
  viewer: Viewer,
  { course, text }: Readonly<{ course: Course; text: CourseVersion }>,
  carried_because: string,
  now: Date,
): Promise<ApprovalResult> {
  return writeEvidence(db, async (trx): Promise<ApprovalResult> => {
    await lockApprovals(trx)
    const approvals = await listApprovalRecords(trx, course.slug)
    const source = carriableApproval(course, text, approvals)?.source
    if (!source)
      return {
        kind: 'refused',
        field: 'same_meaning',
        message: 'There is no approval in force that can be carried over to this version.',
      }
    const problem = recordingProblem(text, approvals, viewer)
    if (problem) return { kind: 'refused', field: 'same_meaning', message: problem }
    const { authority, reference, approved_on, effective_on } = source
    const carried = {
      carried_from_id: source.id,
      carried_because,
      is_demonstration: source.is_demonstration,
    }
    return insertApproval(
      trx,
      viewer,
      text,
      { authority, reference, approved_on, effective_on },
      carried,
      now,
    )
  })
}

async function insertApproval(
  trx: EvidenceTransaction,
  viewer: Viewer,
  text: CourseVersion,
  entry: ApprovalEntry,
  basis:
    | Readonly<{ document: Buffer; document_name: string; document_type: string }>
    | Readonly<{ carried_from_id: string; carried_because: string; is_demonstration: boolean }>,
  now: Date,
): Promise<ApprovalResult> {
  const approval = { course: text.slug, version: text.version, content_hash: text.hash, ...entry }
  const { id } = await trx
    .insertInto('course_approvals')
    .values({ ...approval, ...basis, recorded_by: viewer.id, recorded_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const carried = 'carried_from_id' in basis ? basis : {}
  trx.record({
    kind: 'approval-recorded',
    actor_id: viewer.id,
    subject: `course:${text.slug}@${text.version}`,
    facts: { approval_id: id, ...approval, ...carried },
    at: now,
  })
  const others = (await listActive(trx, 'reviewer')).filter((one) => one !== viewer.id)
  await notifyAll(
    trx,
    others.map((person_id) => ({
      person_id,
      kind: 'second-confirmation',
      facts: {
        what: `The approval of ${text.title} ${text.version}`,
        path: `/review/courses/${text.slug}/${text.version}`,
      },
      dedupe_key: `second-confirmation ${id}`,
    })),
  )
  return { kind: 'done', course: text.slug, version: text.version }
}

/** Confirms, refuses or withdraws an approval, and recalculates the standing of everyone who completed the text. */
export async function actOnApproval(
  db: Database,
  needs: Readonly<{ afterChange: AfterChange; findText: (hash: string) => CourseVersion | null }>,
  viewer: Viewer,
  id: string,
  given: Readonly<{ act: 'confirmed' | 'refused' | 'withdrawn'; reason: string }>,
  now: Date,
): Promise<ApprovalResult> {
  const { act, reason } = given
  return writeEvidence(db, async (trx): Promise<ApprovalResult> => {
    await lockApprovals(trx)
    const approval = await findApprovalRecord(trx, id)
    if (!approval) return { kind: 'absent' }
    const source = approval.carried_from_id && (await findApprovalRecord(trx, approval.carried_from_id))
    const problem =
      act === 'withdrawn'
        ? approvalState(approval) === 'in force'
          ? null
          : 'You can only withdraw an approval that is in force.'
        : decidingProblem(needs.findText(approval.content_hash), approval, source || null, viewer)
    if (problem) return { kind: 'refused', field: 'reason', message: problem }
    if (act !== 'confirmed' && reason === '')
      return { kind: 'refused', field: 'reason', message: 'Enter a reason. It stays on the record.' }
    // Withdrawing an approval also withdraws the ones carried over from it.
    const carried =
      act === 'withdrawn'
        ? (await listCarriedFrom(trx, id)).filter((one) => approvalState(one) === 'in force')
        : []
    await recordActs(trx, needs.afterChange, viewer, [approval, ...carried], given, now)
    return { kind: 'done', course: approval.course, version: approval.version }
  })
}

async function recordActs(
  trx: EvidenceTransaction,
  afterChange: AfterChange,
  viewer: Viewer,
  approvals: readonly ApprovalRecord[],
  { act, reason }: Readonly<{ act: 'confirmed' | 'refused' | 'withdrawn'; reason: string }>,
  now: Date,
): Promise<void> {
  const rows = approvals.map(({ id }) => ({
    approval_id: id,
    act,
    reason,
    acted_by: viewer.id,
    acted_at: now,
  }))
  await trx.insertInto('course_approval_decisions').values(rows).execute()
  if (act !== 'refused') {
    const people = new Set<string>()
    for (const one of approvals)
      for (const person of await listPeopleWhoCompleted(trx, one)) people.add(person)
    await afterChange(trx, [...people], now)
  }
  for (const { id, course, version, content_hash } of approvals)
    trx.record({
      kind: `approval-${act}`,
      actor_id: viewer.id,
      subject: `course:${course}@${version}`,
      facts: { approval_id: id, course, version, content_hash, reason },
      at: now,
    })
}
