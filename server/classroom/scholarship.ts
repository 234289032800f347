/** The training of the catalogue for which scholarships have been offered. */
export const scholarshipTraining = 'not-a-number'

export type ScholarshipStep = 'asked' | 'answered' | 'granted' | 'declined' | 'withdrawn'
export type ScholarshipState = 'received' | ScholarshipStep

export const stateWords: Readonly<Record<ScholarshipState, Readonly<{ word: string; tone: string }>>> = {
  received: { word: 'Received', tone: 'quiet' },
  asked: { word: 'Asked for more', tone: 'caution' },
  answered: { word: 'Answered', tone: 'quiet' },
  granted: { word: 'Granted', tone: 'good' },
  declined: { word: 'Declined', tone: 'caution' },
  withdrawn: { word: 'Withdrawn', tone: 'quiet' },
}

/** What a step is called in the history. */
export const stepWords: Readonly<Record<ScholarshipStep, string>> = {
  asked: 'asked for more',
  answered: 'added',
  granted: 'granted it',
  declined: 'declined it',
  withdrawn: 'withdrew it',
}

export const isEnded = (state: ScholarshipState): boolean =>
  state === 'granted' || state === 'declined' || state === 'withdrawn'

/** What somebody can do with a request as it stands: its requester adds to it or withdraws it, an administrator decides. */
export function stepsOpenTo(
  state: ScholarshipState,
  who: Readonly<{ isRequester: boolean; isAdministrator: boolean }>,
): readonly ScholarshipStep[] {
  if (isEnded(state)) return []
  // Nobody decides on what they asked for themselves.
  if (who.isRequester) return ['answered', 'withdrawn']
  return who.isAdministrator ? ['asked', 'granted', 'declined'] : []
}

/** What is missing where a step was taken without words; null where it needs none. */
export function wordsMissing(step: ScholarshipStep): string | null {
  switch (step) {
    case 'asked':
      return 'Write what you need to know.'
    case 'answered':
      return 'Write what you want to add.'
    case 'declined':
      return 'Write the reason, so that the program knows what to do instead.'
    default:
      return null
  }
}
