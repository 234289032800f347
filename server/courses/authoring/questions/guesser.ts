import type { Question } from '#server/courses/catalogue/question-types.ts'

/** A choice as someone without any knowledge sees it, and whether it is correct. */
type Guess = Readonly<{ has: Readonly<Record<Feature, boolean>>; isRight: boolean }>

/** A single-choice question or one scenario step: exactly one choice is correct. */
type Pick = readonly Guess[]

/** Features of the wording that can give the answer away. */
const features = ['longest', 'shortest', 'reason', 'absolute', 'wait'] as const
type Feature = (typeof features)[number]

/** The guesser's weight for each feature: 1 chooses it, -1 avoids it, 0 ignores it. */
type Weights = Readonly<Partial<Record<Feature, -1 | 0 | 1>>>

const strategies: readonly Readonly<{ name: string; weights: Weights }>[] = [
  { name: 'longest', weights: { longest: 1 } },
  { name: 'not longest', weights: { longest: -1 } },
  { name: 'shortest', weights: { shortest: 1 } },
  { name: 'not shortest', weights: { shortest: -1 } },
  { name: 'gives a reason', weights: { reason: 1 } },
  { name: 'gives no reason', weights: { reason: -1 } },
  { name: 'absolute', weights: { absolute: 1 } },
  { name: 'not absolute', weights: { absolute: -1 } },
  { name: 'waits', weights: { wait: 1 } },
  { name: 'does not wait', weights: { wait: -1 } },
]

export type GuesserScore = Readonly<{
  /** The number of questions and scenario steps with one correct choice. */
  picks: number
  /** The share correct by chance. */
  chance: number
  /** The share correct by strategy. "best combination" is trained and tested on different questions. */
  strategies: Readonly<Record<string, number>>
}>

/** If a strategy beats chance by more than this, the wording gives answers away. */
const guesserMargin = 0.05

/** With fewer picks, one question changes the score by more than two points, so it proves nothing. */
export const fewestPicks = 40

/** How often a guesser who ignores the content is correct, by strategy. */
export function guesserScore(questions: readonly Question[]): GuesserScore {
  const byQuestion = questions.map(picksOf).filter((picks) => picks.length > 0)
  const picks = byQuestion.flat()
  const single = strategies.map(({ name, weights }) => [name, scoreOf(picks, weights)] as const)
  return {
    picks: picks.length,
    chance: mean(picks.map((pick) => 1 / pick.length)),
    strategies: Object.fromEntries([...single, ['best combination', combinedScore(byQuestion)]]),
  }
}

/** The strategies that beat chance by more than the margin. */
export const givenAwayBy = (score: GuesserScore) =>
  Object.entries(score.strategies).filter(([, share]) => share > score.chance + guesserMargin)

function picksOf(question: Question): readonly Pick[] {
  if (question.type === 'single') {
    return [pickOf(question.choices.map(({ text, correct }) => ({ text: text.text, isRight: correct })))]
  }
  if (question.type !== 'scenario') return []
  return [...question.steps.values()].map(({ choices }) =>
    pickOf(choices.map(({ text, best }) => ({ text: text.text, isRight: best }))),
  )
}

function pickOf(choices: readonly Readonly<{ text: string; isRight: boolean }>[]): Pick {
  const lengths = choices.map(({ text }) => text.length)
  return choices.map(({ text, isRight }) => ({
    isRight,
    has: {
      longest: text.length === Math.max(...lengths),
      shortest: text.length === Math.min(...lengths),
      reason: /\b(because|since|so that|until)\b/i.test(text),
      absolute: /\b(always|never|only|all|no)\b/i.test(text),
      wait: /\b(wait(s|ed|ing)?|later)\b/i.test(text),
    },
  }))
}

/** Finds the best weights on four fifths of the questions and tests them on the rest, for each fifth in turn. */
function combinedScore(byQuestion: readonly (readonly Pick[])[]): number {
  const folds = 5
  const results = Array.from({ length: folds }, (_, fold) => {
    const known = byQuestion.filter((_, at) => at % folds !== fold).flat()
    const others = byQuestion.filter((_, at) => at % folds === fold).flat()
    return sharesOf(others, bestWeights(known))
  })
  return mean(results.flat())
}

function bestWeights(picks: readonly Pick[]): Weights {
  let best: { weights: Weights; score: number } = { weights: {}, score: 0 }
  for (const weights of combinations) {
    const score = scoreOf(picks, weights)
    if (score > best.score + 1e-9) best = { weights, score }
  }
  return best.weights
}

const combinations: readonly Weights[] = features.reduce<Weights[]>(
  (all, feature) =>
    all.flatMap((weights) => [0, 1, -1].map((weight) => ({ ...weights, [feature]: weight }) as Weights)),
  [{}],
)

const scoreOf = (picks: readonly Pick[], weights: Weights) => mean(sharesOf(picks, weights))

/** The chance of being correct for each pick. Ties are drawn at random. */
function sharesOf(picks: readonly Pick[], weights: Weights): number[] {
  const looked = features.filter((feature) => weights[feature])
  return picks.map((pick) => {
    const worth = pick.map(({ has }) =>
      looked.reduce((sum, feature) => sum + (has[feature] ? weights[feature]! : 0), 0),
    )
    const top = Math.max(...worth)
    const chosen = pick.filter((_, at) => worth[at] === top)
    return chosen.filter(({ isRight }) => isRight).length / chosen.length
  })
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
