/** One question of an attempt. The seed gives the order of its choices and their ids in this attempt alone. */
export type Drawn = Readonly<{ question: string; seed: string }>

/**
 * Draws `count` questions for an attempt: those that earlier attempts showed least, at random among equals, so that a
 * retake meets other questions as long as the pool has them. `random` gives numbers from 0 up to 1.
 */
export function drawQuestions(
  pool: readonly string[],
  count: number,
  earlier: readonly (readonly string[])[],
  random: () => number,
  newSeed: () => string,
): readonly Drawn[] {
  const shown = new Map<string, number>()
  for (const id of earlier.flat()) shown.set(id, (shown.get(id) ?? 0) + 1)
  return pool
    .map((question) => ({ question, times: shown.get(question) ?? 0, lot: random() }))
    .sort((a, b) => a.times - b.times || a.lot - b.lot)
    .slice(0, count)
    .sort((a, b) => a.lot - b.lot)
    .map(({ question }) => ({ question, seed: newSeed() }))
}
