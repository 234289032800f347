type Ended = Readonly<{ result: Readonly<{ is_passed: boolean; finished_at: Date | string }> | null }>

/**
 * When the next attempt may begin, after the second failed one and each one after that. Null if it may begin now. The pause
 * is for reading: guessing fast gains nothing.
 */
export function retakeAt(attempts: readonly Ended[], waitMinutes: number, now: Date): Date | null {
  const ends = attempts.flatMap(({ result }) =>
    result && !result.is_passed ? [new Date(result.finished_at).getTime()] : [],
  )
  if (ends.length < failuresBeforeWait) return null
  const at = new Date(Math.max(...ends) + waitMinutes * 60_000)
  return at > now ? at : null
}

const failuresBeforeWait = 2

/** Whether a short review is offered. */
export const needsReview = (attempts: readonly Ended[]): boolean =>
  attempts.filter(({ result }) => result && !result.is_passed).length >= failuresBeforeWait &&
  !attempts.some(({ result }) => result?.is_passed)
