import type { CourseVersion } from './catalogue.ts'

/** A recorded approval with what was done about it since. */
export type ApprovalRecord = Readonly<{
  id: string
  course: string
  version: string
  content_hash: string
  authority: string
  reference: string
  approved_on: string
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
export const wrote = (text: CourseVersion, viewer: Readonly<{ email: string; name: string }>): boolean =>
  text.writtenBy.some((writer) => {
    // "Pat Lee", "pat@agency.example", or both: "Pat Lee <pat@agency.example>".
    const given = writer
      .toLowerCase()
      .split(/[<>]/)
      .map((part) => part.trim())
    return given.includes(viewer.email.toLowerCase()) || given.includes(viewer.name.toLowerCase())
  })

/** What keeps a reviewer from recording an approval of this text; null where nothing does. */
export function recordingProblem(
  text: CourseVersion,
  approvals: readonly ApprovalRecord[],
  viewer: Readonly<{ email: string; name: string }>,
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
  viewer: Readonly<{ id: string; email: string; name: string }>,
): string | null {
  if (approvalState(approval) !== 'waiting') return 'This has been decided already.'
  if (!text) return 'The text that it approves is not here any more.'
  if (approval.recorded_by === viewer.id)
    return 'You recorded it, so a second reviewer confirms or refuses it.'
  if (wrote(text, viewer)) return 'You wrote this text, so another reviewer confirms or refuses its approval.'
  return null
}
