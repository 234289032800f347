/** The outside training that scholarships are offered for. */
export const scholarshipTraining = 'not-a-number'

export type ScholarshipStep = 'asked' | 'answered' | 'granted' | 'declined' | 'withdrawn'
export type ScholarshipState = 'received' | ScholarshipStep

export const stateWords: Readonly<Record<ScholarshipState, Readonly<{ word: string; tone: string }>>> = {
  received: { word: 'Received', tone: 'quiet' },
  asked: { word: 'More information needed', tone: 'caution' },
  answered: { word: 'Answered', tone: 'quiet' },
  granted: { word: 'Granted', tone: 'good' },
  declined: { word: 'Declined', tone: 'caution' },
  withdrawn: { word: 'Withdrawn', tone: 'quiet' },
}

/** The steps in the history. */
export const stepWords: Readonly<Record<ScholarshipStep, string>> = {
  asked: 'asked for more information',
  answered: 'added',
  granted: 'recorded it as granted',
  declined: 'recorded it as declined',
  withdrawn: 'withdrew the request',
}

const isEnded = (state: ScholarshipState): boolean =>
  state === 'granted' || state === 'declined' || state === 'withdrawn'

/** The steps open to a person: the requester adds to the request or withdraws it, and an administrator decides. */
export function stepsOpenTo(
  state: ScholarshipState,
  who: Readonly<{ isRequester: boolean; isAdministrator: boolean }>,
): readonly ScholarshipStep[] {
  if (isEnded(state)) return []
  // No one decides on their own request.
  if (who.isRequester) return ['answered', 'withdrawn']
  return who.isAdministrator ? ['asked', 'granted', 'declined'] : []
}

/** The error for a step without a message, or null if it needs none. */
export function wordsMissing(step: ScholarshipStep): string | null {
  switch (step) {
    case 'asked':
      return 'Enter what you need to know.'
    case 'answered':
      return 'Enter what you want to add.'
    case 'declined':
      return 'Enter a reason, so that the program knows what to do instead.'
    default:
      return null
  }
}
