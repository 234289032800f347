import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'

/** A recorded approval with what was done about it since. */
export type ApprovalRecord = Readonly<{
  id: string
  course: string
  version: string
  content_hash: string
  authority: string
  reference: string
  approved_on: string
  /** The day from which it counts, as the commissioner's letter states it. */
  effective_on: string
  /** The approval of the version before, where this text changed nothing of meaning. */
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

export type ApprovalAct = Readonly<{
  act: 'confirmed' | 'refused' | 'withdrawn'
  reason: string
  by_name: string | null
  at: string
}>

export type ApprovalState = 'waiting' | 'in force' | 'refused' | 'withdrawn'

export function approvalState({ acts }: Pick<ApprovalRecord, 'acts'>): ApprovalState {
  const has = (act: ApprovalAct['act']) => acts.some((one) => one.act === act)
  if (has('withdrawn')) return 'withdrawn'
  if (has('confirmed')) return 'in force'
  return has('refused') ? 'refused' : 'waiting'
}

/** Nobody approves or confirms a text that they wrote: course.yml names its writers by email or name. */
export const wrote = (
  text: CourseVersion,
  viewer: Readonly<{ email: string | null; name: string }>,
): boolean =>
  text.writtenBy.some((writer) => {
    // "Pat Lee", "pat@agency.example", or both: "Pat Lee <pat@agency.example>".
    const given = writer
      .toLowerCase()
      .split(/[<>]/)
      .map((part) => part.trim())
    const { email, name } = viewer
    return (email !== null && given.includes(email.toLowerCase())) || given.includes(name.toLowerCase())
  })

/** What keeps a reviewer from recording an approval of this text; null where nothing does. */
export function recordingProblem(
  text: CourseVersion,
  approvals: readonly ApprovalRecord[],
  viewer: Readonly<{ email: string | null; name: string }>,
): string | null {
  if (wrote(text, viewer)) return 'You wrote this text, so another reviewer records its approval.'
  const states = approvals.filter(({ content_hash }) => content_hash === text.hash).map(approvalState)
  if (states.includes('in force'))
    return 'This text has an approval in force. Withdraw it first if it was recorded wrongly.'
  if (states.includes('waiting')) return 'An approval of this text waits for its confirmation.'
  return null
}

/** What keeps a reviewer from confirming or refusing; null where nothing does. */
export function decidingProblem(
  text: CourseVersion | null,
  approval: ApprovalRecord,
  /** The approval that it is carried over from, where it is one. */
  source: ApprovalRecord | null,
  viewer: Readonly<{ id: string; email: string | null; name: string }>,
): string | null {
  if (approvalState(approval) !== 'waiting') return 'This has been decided already.'
  if (!text) return 'The text that it approves is not here any more.'
  if (source && approvalState(source) !== 'in force')
    return 'The approval that it carries over is no longer in force.'
  if (approval.recorded_by === viewer.id)
    return 'You recorded it, so a second reviewer confirms or refuses it.'
  if (wrote(text, viewer)) return 'You wrote this text, so another reviewer confirms or refuses its approval.'
  return null
}

/** An approval that a newer version can take over, and the kind of change between the two. */
export type Carriable = Readonly<{ kind: 'typo' | 'clarification'; source: ApprovalRecord }>

/** Only corrected or clearer wording carries an approval over; a change of law or meaning needs one of its own. */
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
