/** One person's first answer to a question, and the result of the rest of that attempt. */
export type Meeting = Readonly<{
  question: string
  isRight: boolean
  /** The share of the attempt's other questions that was correct. */
  restShare: number
  /** True if they were sure and incorrect. */
  isSureMiss: boolean
  /** The chosen answers; see `chosenIn`. */
  chosen: readonly string[]
}>

export type QuestionStatistics = Readonly<
  | { kind: 'too-few'; people: number }
  | {
      kind: 'known'
      people: number
      /** The share of people whose first answer was correct, 0 to 1. */
      difficulty: number
      /** Point-biserial correlation with the rest of the attempt, -1 to 1. Null if either never varies. */
      discrimination: number | null
      /** The share of people who were sure but incorrect. */
      sureMisses: number
      /** The number of people per answer, by the ids of `chosenIn`. */
      taken: ReadonlyMap<string, number>
    }
>

/** With fewer people, an answer could identify someone. */
export const fewestPeople = 10

export function statisticsOf(meetings: readonly Meeting[]): QuestionStatistics {
  const people = meetings.length
  if (people < fewestPeople) return { kind: 'too-few', people }
  const taken = new Map<string, number>()
  for (const id of meetings.flatMap(({ chosen }) => chosen)) taken.set(id, (taken.get(id) ?? 0) + 1)
  return {
    kind: 'known',
    people,
    difficulty: mean(meetings.map(({ isRight }) => Number(isRight))),
    sureMisses: mean(meetings.map(({ isSureMiss }) => Number(isSureMiss))),
    discrimination: correlation(
      meetings.map(({ isRight }) => Number(isRight)),
      meetings.map(({ restShare }) => restShare),
    ),
    taken,
  }
}

/** A hint about what a reviewer should check, or null. */
export function remark(statistics: QuestionStatistics): string | null {
  if (statistics.kind === 'too-few') return null
  const { difficulty, discrimination, sureMisses } = statistics
  if (discrimination !== null && discrimination < 0)
    return 'People who do well otherwise get it wrong more often. Check the answer and the wording.'
  if (sureMisses > 0.2)
    return 'More than a fifth are sure but incorrect. Does the course teach something wrong, or is this a common misconception?'
  if (difficulty < 0.3) return 'Few get it right. Does the course teach it, and is the wording clear?'
  if (difficulty > 0.97) return 'Almost everyone gets it right, so it measures little.'
  if (discrimination !== null && discrimination < 0.1)
    return 'It hardly separates people who understood the module from those who didn’t.'
  return null
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function correlation(xs: readonly number[], ys: readonly number[]): number | null {
  const [mx, my] = [mean(xs), mean(ys)]
  const covariance = mean(xs.map((x, at) => (x - mx) * (ys[at]! - my)))
  const spread = Math.sqrt(mean(xs.map((x) => (x - mx) ** 2)) * mean(ys.map((y) => (y - my) ** 2)))
  return spread < 1e-9 ? null : covariance / spread
}
