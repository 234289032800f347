import type { Day } from '#server/lib/days.ts'
import type { EvidenceRequest } from './evidence.queries.ts'

type EvidenceState = 'waiting' | 'answered' | 'closed'

type Timed = Readonly<{ at: string }>
const isAfter = (one: Timed, other: Timed | undefined) => !other || Date.parse(one.at) >= Date.parse(other.at)

/** A request waits for the program until it answers what was asked last. A message of licensing staff asks again. */
export function evidenceState({
  messages,
  steps,
}: Pick<EvidenceRequest, 'messages' | 'steps'>): EvidenceState {
  const lastStep = steps.findLast(({ step }) => step !== 'due-day-changed')
  if (lastStep?.step === 'closed') return 'closed'
  const last = messages.at(-1)
  return last?.is_from_program && isAfter(last, lastStep) ? 'answered' : 'waiting'
}

/** A request for a page: its state in words, and its messages and steps as one thread. */
export function evidencePage(request: EvidenceRequest, today: Day) {
  const state = evidenceState(request)
  const isLate = state === 'waiting' && request.due_on < today
  return {
    ...request,
    name: `Evidence ${request.review_number}.${request.number}`,
    state,
    isLate,
    stateName: isLate ? 'Past its due day' : stateNames[state],
    stateTone: isLate ? ('stop' as const) : stateTones[state],
    thread: [
      ...request.messages.map((message) => ({ kind: 'message' as const, ...message })),
      ...request.steps.map((step) => ({ kind: 'step' as const, ...step })),
    ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  }
}

const stateNames = { waiting: 'Waiting for the program', answered: 'Answered', closed: 'Closed' } as const
const stateTones = { waiting: 'caution', answered: 'caution', closed: 'good' } as const
