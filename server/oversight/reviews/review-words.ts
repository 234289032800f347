export const reviewStates = ['open', 'awaiting-program', 'closed'] as const

export type ReviewState = (typeof reviewStates)[number]

export const stateNames: Readonly<Record<ReviewState, string>> = {
  open: 'Open',
  'awaiting-program': 'Awaiting the program',
  closed: 'Closed',
}

export const stateTones: Readonly<Record<ReviewState, 'good' | 'caution' | 'quiet'>> = {
  open: 'good',
  'awaiting-program': 'caution',
  closed: 'quiet',
}

export const findingActs = [
  'sent',
  'follow-up-moved',
  'corrected',
  'resolved',
  'reopened',
  'withdrawn',
] as const

export type FindingAct = (typeof findingActs)[number]

type FindingState = 'draft' | 'sent' | 'answered' | 'resolved' | 'withdrawn'

export const findingStateNames: Readonly<Record<FindingState, string>> = {
  draft: 'Not sent yet',
  sent: 'Sent to the program',
  answered: 'Answered by the program',
  resolved: 'Resolved',
  withdrawn: 'Withdrawn',
}

export const findingStateTones: Readonly<Record<FindingState, 'good' | 'caution' | 'quiet'>> = {
  draft: 'quiet',
  sent: 'caution',
  answered: 'caution',
  resolved: 'good',
  withdrawn: 'quiet',
}

/** The state of a finding after these steps. An answer counts only if it came after the finding was last sent or reopened. */
export function findingState(
  acts: readonly Readonly<{ act: FindingAct; at: string }>[],
  lastAnswerAt: string | null,
): FindingState {
  const last = acts.findLast(({ act }) => act !== 'follow-up-moved')
  if (!last) return 'draft'
  if (last.act === 'resolved' || last.act === 'withdrawn') return last.act
  return lastAnswerAt !== null && Date.parse(lastAnswerAt) >= Date.parse(last.at) ? 'answered' : 'sent'
}

/** Whether a finding's text may be changed. Once it is sent, that needs a reason, and the earlier wording stays. */
export const isEditable = (state: FindingState): boolean =>
  state === 'draft' || state === 'sent' || state === 'answered'

/** The actions allowed in each state. The text is corrected on a page of its own. */
export const actsOpenTo: Readonly<Record<FindingState, readonly FindingAct[]>> = {
  draft: ['sent', 'withdrawn'],
  sent: ['follow-up-moved', 'resolved', 'withdrawn'],
  answered: ['follow-up-moved', 'resolved', 'reopened', 'withdrawn'],
  resolved: ['reopened'],
  withdrawn: [],
}
