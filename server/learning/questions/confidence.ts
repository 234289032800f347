/** How sure a learner was of an answer. Optional, and visible only to the learner. */
export const confidences = ['sure', 'think-so', 'guess'] as const

export type Confidence = (typeof confidences)[number]

export const confidenceWords: Readonly<Record<Confidence, string>> = {
  sure: 'Sure',
  'think-so': 'I think so',
  guess: 'Guessing',
}

export const parseConfidence = (value: unknown): Confidence | null =>
  confidences.find((one) => one === value) ?? null

/** A note for a sure answer that doesn't fit or a guess that does. Null otherwise. */
export function confidenceNote(confidence: Confidence | null, isRight: boolean): string | null {
  if (confidence === 'sure' && !isRight)
    return 'You were sure of this one, so take a second look. We act fast on what feels certain.'
  if (confidence === 'guess' && isRight)
    return 'You guessed, and your answer fits. Read the reasons below so you can be sure next time.'
  return null
}
