import type { Question } from '#server/courses/catalogue/exercises.ts'

/** A choice as someone sees it who knows nothing of the subject, and whether it is the right one. */
type Guess = Readonly<{ has: Readonly<Record<Feature, boolean>>; isRight: boolean }>

/** A single question, or one step of a scenario: exactly one choice is right. */
type Pick = readonly Guess[]

/** What can give a choice away, whatever it says. */
const features = ['longest', 'shortest', 'reason', 'absolute', 'wait'] as const
type Feature = (typeof features)[number]

/** What the guesser thinks of each feature: 1 chooses it, -1 avoids it, 0 doesn't look. */
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
  /** Questions and scenario steps with one right choice. */
  picks: number
  /** The share that pure chance gets right. */
  chance: number
  /** The share right by strategy; "best combination" is learned on other questions than it is tried on. */
  strategies: Readonly<Record<string, number>>
}>

/** More than this above chance, and the wording gives answers away. */
export const guesserMargin = 0.05

/** Below this many picks one question more or less is worth over two points, so the score proves nothing. */
export const fewestPicks = 40

/** How often a guesser who reads no content gets questions right, by what it looks at. */
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
export const tellTales = (score: GuesserScore) =>
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

/** Learns the best weights on four fifths of the questions and tries them on the last, each fifth in turn. */
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

/** For each pick the chance of being right: where several choices look alike, one of them is drawn. */
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
