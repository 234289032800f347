/** One question of an attempt. The seed determines the order of its choices and their ids in this attempt. */
export type Drawn = Readonly<{ question: string; seed: string }>

/** The properties of a question that matter for the draw. */
export type Drawable = Readonly<{ id: string; objective: number | undefined; type: string }>

/** The number of branching scenarios in every attempt. */
const fewestScenarios = 2

/**
 * Draws `count` questions for an attempt: those shown least in earlier attempts, at random among equals, so that a retake
 * has different questions as long as the pool allows. If questions name their objectives, the draw covers every objective
 * and has at least two scenarios. `random` returns numbers from 0 up to 1.
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
  const hasObjectives = ranked.every(({ objective }) => objective !== undefined)
  const first = hasObjectives ? stratum(ranked) : []
  const others = ranked.filter((question) => !first.includes(question))
  // What the next attempt needs is taken last, so that it can be all different.
  const kept = new Set(hasObjectives ? stratum(others) : [])
  const rest = lots
    .filter(({ question }) => others.includes(question))
    .sort((a, b) => a.times - b.times || Number(kept.has(a.question)) - Number(kept.has(b.question)))
    .map(({ question }) => question)
  const chosen = new Set([...first, ...rest].slice(0, count))
  return lots
    .filter(({ question }) => chosen.has(question))
    .sort((a, b) => a.lot - b.lot)
    .map(({ question }) => ({ question: question.id, seed: newSeed() }))
}

/** The best-ranked questions that together cover two scenarios and every objective. */
function stratum(ranked: readonly Drawable[]): readonly Drawable[] {
  const scenarios = ranked.filter(({ type }) => type === 'scenario').slice(0, fewestScenarios)
  const covered = new Set(scenarios.map(({ objective }) => objective))
  // Further scenarios are left for the next attempt.
  const scenariosLast = ranked.toSorted(
    (a, b) => Number(a.type === 'scenario') - Number(b.type === 'scenario'),
  )
  const firstOfEach = scenariosLast.filter(({ objective }, at) => {
    const isFirst = scenariosLast.findIndex((other) => other.objective === objective) === at
    return isFirst && !covered.has(objective)
  })
  return [...scenarios, ...firstOfEach]
}
