/** How sure a learner said they were of an answer: theirs to give, and theirs alone to see. */
export const confidences = ['sure', 'think-so', 'guess'] as const

export type Confidence = (typeof confidences)[number]

export const confidenceWords: Readonly<Record<Confidence, string>> = {
  sure: 'Sure',
  'think-so': 'I think so',
  guess: 'A guess',
}

export const parseConfidence = (value: unknown): Confidence | null =>
  confidences.find((one) => one === value) ?? null

/** What is said about how sure somebody was; nothing where they didn't say or it needs no word. */
export function confidenceNote(confidence: Confidence | null, isRight: boolean): string | null {
  if (confidence === 'sure' && !isRight)
    return 'You were sure of this one, so it’s worth a second look: what feels certain gets acted on fast.'
  if (confidence === 'guess' && isRight)
    return 'You called it a guess, and it fits. The reasons below tell you why you can trust it next time.'
  return null
}
