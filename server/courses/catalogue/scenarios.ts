import type { ScenarioExercise, Step, StepChoice, Words } from './question-types.ts'

/** One decision in a scenario. */
type Taken = { readonly step: Step; readonly choice: StepChoice }

/** Follows a path of choice ids from the first step. Invalid ids are left out of `taken`. */
export type Walk = {
  readonly taken: readonly Taken[]
  readonly at:
    | { readonly kind: 'step'; readonly step: Step }
    | { readonly kind: 'end'; readonly ending: Words | undefined }
}

export function walk(scenario: ScenarioExercise, path: readonly string[]): Walk {
  const taken: Taken[] = []
  let step = scenario.steps.get(scenario.start)!
  for (const id of path) {
    const choice = step.choices.find((choice) => choice.id === id)
    if (!choice) break
    taken.push({ step, choice })
    const next = scenario.steps.get(choice.next)
    if (!next) return { taken, at: { kind: 'end', ending: scenario.endings.get(choice.next) } }
    step = next
  }
  return { taken, at: { kind: 'step', step } }
}

/** The ids of the best choices from the first step to an ending. */
export function bestPath(scenario: ScenarioExercise): string[] {
  const path: string[] = []
  for (let at = walk(scenario, path).at; at.kind === 'step'; at = walk(scenario, path).at) {
    path.push(at.step.choices.find(({ best }) => best)!.id)
  }
  return path
}

/** The number of decisions on the longest path. A checked scenario has no cycles. */
export function longestPath(scenario: ScenarioExercise): number {
  const from = (id: string): number => {
    const step = scenario.steps.get(id)
    return step ? 1 + Math.max(...step.choices.map(({ next }) => from(next))) : 0
  }
  return from(scenario.start)
}

/** The average number of decisions with random choices: wrong choices often end sooner. */
export function meanPath(scenario: ScenarioExercise): number {
  const from = (id: string): number => {
    const step = scenario.steps.get(id)
    if (!step) return 0
    return 1 + step.choices.reduce((sum, { next }) => sum + from(next), 0) / step.choices.length
  }
  return from(scenario.start)
}

/** Checks a scenario's steps before it is built. */
type Graph = {
  readonly start: string
  readonly steps: readonly { readonly id: string; readonly choices: readonly { readonly next: string }[] }[]
}

export function unreachableSteps({ start, steps }: Graph): string[] {
  const reached = new Set<string>()
  const visit = (id: string) => {
    const step = steps.find((step) => step.id === id)
    if (!step || reached.has(id)) return
    reached.add(id)
    for (const { next } of step.choices) visit(next)
  }
  visit(start)
  return steps.map(({ id }) => id).filter((id) => !reached.has(id))
}

/** A step whose choices lead back to itself, if any. */
export function circularStep({ steps }: Graph): string | undefined {
  const finished = new Set<string>()
  const visit = (id: string, above: readonly string[]): string | undefined => {
    if (above.includes(id)) return id
    const step = steps.find((step) => step.id === id)
    if (!step || finished.has(id)) return undefined
    for (const { next } of step.choices) {
      const found = visit(next, [...above, id])
      if (found !== undefined) return found
    }
    finished.add(id)
    return undefined
  }
  for (const { id } of steps) {
    const found = visit(id, [])
    if (found !== undefined) return found
  }
  return undefined
}

export const fewestEndings = 2

/** The reachable endings of a scenario: ids of endings, or `end`. */
export const reachableEndings = ({ steps }: ScenarioExercise): ReadonlySet<string> =>
  new Set(
    [...steps.values()]
      .flatMap(({ choices }) => choices.map(({ next }) => next))
      .filter((id) => !steps.has(id)),
  )

/** Steps at which every choice leads to the same place. */
export const stepsWithoutConsequence = ({ steps }: ScenarioExercise): readonly string[] =>
  [...steps.values()]
    .filter(({ choices }) => new Set(choices.map(({ next }) => next)).size === 1)
    .map(({ id }) => id)

/** True if a learner can still reach a good ending after a mistake. */
export function isRecoverable({ steps, endings }: ScenarioExercise): boolean {
  const endsWell = (id: string): boolean => {
    const step = steps.get(id)
    if (step) return step.choices.some(({ next }) => endsWell(next))
    const outcome = endings.get(id)?.outcome
    return outcome === 'good' || outcome === 'recovered'
  }
  return [...steps.values()].some(({ choices }) => choices.some(({ best, next }) => !best && endsWell(next)))
}
