/** One question of an attempt. The seed gives the order of its choices and their ids in this attempt alone. */
export type Drawn = Readonly<{ question: string; seed: string }>

/** What the draw looks at in a question. */
export type Drawable = Readonly<{ id: string; objective: number | undefined; type: string }>

/** Every attempt has this many branching scenarios. */
const fewestScenarios = 2

/**
 * Draws `count` questions for an attempt: those that earlier attempts showed least, at random among equals, so that a
 * retake meets other questions as long as the pool has them. Where the questions name their objectives, each objective is
 * asked about and at least two scenarios are among them. `random` gives numbers from 0 up to 1.
 */
export function drawQuestions(
  pool: readonly Drawable[],
  count: number,
  earlier: readonly (readonly string[])[],
  random: () => number,
  newSeed: () => string,
): readonly Drawn[] {
  const shown = new Map<string, number>()
  for (const id of earlier.flat()) shown.set(id, (shown.get(id) ?? 0) + 1)
  const lots = pool
    .map((question) => ({ question, times: shown.get(question.id) ?? 0, lot: random() }))
    .sort((a, b) => a.times - b.times || a.lot - b.lot)
  const ranked = lots.map(({ question }) => question)
  const first = ranked.every(({ objective }) => objective !== undefined) ? stratum(ranked) : []
  const chosen = new Set([...new Set([...first, ...ranked])].slice(0, count))
  return lots
    .filter(({ question }) => chosen.has(question))
    .sort((a, b) => a.lot - b.lot)
    .map(({ question }) => ({ question: question.id, seed: newSeed() }))
}

/** The best-ranked questions that together have two scenarios and every objective. */
function stratum(ranked: readonly Drawable[]): readonly Drawable[] {
  const scenarios = ranked.filter(({ type }) => type === 'scenario').slice(0, fewestScenarios)
  const covered = new Set(scenarios.map(({ objective }) => objective))
  const firstOfEach = ranked.filter(({ objective }, at) => {
    const isFirst = ranked.findIndex((other) => other.objective === objective) === at
    return isFirst && !covered.has(objective)
  })
  return [...scenarios, ...firstOfEach]
}
