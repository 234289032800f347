import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'

/** A recorded approval with its history. */
export type ApprovalRecord = Readonly<{
  id: string
  course: string
  version: string
  content_hash: string
  authority: string
  reference: string
  approved_on: string
  /** The effective date in the commissioner's letter. */
  effective_on: string
  /** The approval of the previous version, if this text has the same meaning. */
  carried_from_id: string | null
  carried_from: string | null
  carried_because: string | null
  is_demonstration: boolean
  document_name: string | null
  recorded_by: string | null
  recorded_by_name: string | null
  recorded_at: Date
  acts: readonly ApprovalAct[]
}>

type ApprovalAct = Readonly<{
  act: 'confirmed' | 'refused' | 'withdrawn'
  reason: string
  by_name: string | null
  at: string
}>

type ApprovalState = 'waiting' | 'in force' | 'refused' | 'withdrawn'

export function approvalState({ acts }: Pick<ApprovalRecord, 'acts'>): ApprovalState {
  const has = (act: ApprovalAct['act']) => acts.some((one) => one.act === act)
  if (has('withdrawn')) return 'withdrawn'
  if (has('confirmed')) return 'in force'
  return has('refused') ? 'refused' : 'waiting'
}

/** No one approves or confirms a text that they wrote: course.yml names its writers by email or name. */
const wrote = (text: CourseVersion, viewer: Readonly<{ email: string | null; name: string }>): boolean =>
  text.writtenBy.some((writer) => {
    // "Pat Lee", "pat@agency.example", or both: "Pat Lee <pat@agency.example>".
    const given = writer
      .toLowerCase()
      .split(/[<>]/)
      .map((part) => part.trim())
    const { email, name } = viewer
    return (email !== null && given.includes(email.toLowerCase())) || given.includes(name.toLowerCase())
  })

/** Why a reviewer can't record an approval of this text, or null. */
export function recordingProblem(
  text: CourseVersion,
  approvals: readonly ApprovalRecord[],
  viewer: Readonly<{ email: string | null; name: string }>,
): string | null {
  if (wrote(text, viewer)) return 'You wrote this text, so another reviewer must record its approval.'
  const states = approvals.filter(({ content_hash }) => content_hash === text.hash).map(approvalState)
  if (states.includes('in force'))
    return 'This text already has an approval in force. If it was recorded incorrectly, withdraw it first.'
  if (states.includes('waiting')) return 'An approval of this text is waiting for confirmation.'
  return null
}

/** Why a reviewer can't confirm or refuse an approval, or null. */
export function decidingProblem(
  text: CourseVersion | null,
  approval: ApprovalRecord,
  /** The approval it is carried over from, if any. */
  source: ApprovalRecord | null,
  viewer: Readonly<{ id: string; email: string | null; name: string }>,
): string | null {
  if (approvalState(approval) !== 'waiting') return 'Someone has already decided on this approval.'
  if (!text) return 'The approved text is no longer available.'
  if (source && approvalState(source) !== 'in force')
    return 'The approval that it carries over is no longer in force.'
  if (approval.recorded_by === viewer.id)
    return 'You recorded this approval, so a second reviewer must confirm or refuse it.'
  if (wrote(text, viewer))
    return 'You wrote this text, so another reviewer must confirm or refuse its approval.'
  return null
}

/** An approval that can be carried over, and the kind of change between the two versions. */
type Carriable = Readonly<{ kind: 'typo' | 'clarification'; source: ApprovalRecord }>

/** An approval can be carried over to corrected or clearer wording. A change of law or meaning needs its own. */
export function carriableApproval(
  course: Course,
  text: CourseVersion,
  approvals: readonly ApprovalRecord[],
): Carriable | null {
  if (text.change?.kind !== 'typo' && text.change?.kind !== 'clarification') return null
  const before = course.versions.get(text.change.since)
  const source = approvals.find(
    (one) => one.content_hash === before?.hash && approvalState(one) === 'in force',
  )
  return source ? { kind: text.change.kind, source } : null
}
