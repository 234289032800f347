/** One person's first meeting with one question, and how the rest of that attempt went. */
export type Meeting = Readonly<{
  question: string
  isRight: boolean
  /** Of the attempt's other questions, the share that was right. */
  restShare: number
  /** They were sure, and it was not right. */
  isSureMiss: boolean
  /** What was chosen: see `chosenIn`. */
  chosen: readonly string[]
}>

export type QuestionStatistics = Readonly<
  | { kind: 'too-few'; people: number }
  | {
      kind: 'known'
      people: number
      /** The share of people who got it right at their first meeting with it, 0 to 1. */
      difficulty: number
      /** Point-biserial correlation with the rest of the attempt, -1 to 1; null where either never varies. */
      discrimination: number | null
      /** The share of people who said that they were sure, and missed it. */
      sureMisses: number
      /** How many people chose each, by the ids of `chosenIn`. */
      taken: ReadonlyMap<string, number>
    }
>

/** Below this many people an answer could be somebody's. */
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

/** What a reviewer looks at again, in words; null where nothing stands out. */
export function remark(statistics: QuestionStatistics): string | null {
  if (statistics.kind === 'too-few') return null
  const { difficulty, discrimination, sureMisses } = statistics
  if (discrimination !== null && discrimination < 0)
    return 'People who do well otherwise miss it more often: read the key and the wording again.'
  if (sureMisses > 0.2)
    return 'More than a fifth are sure of an answer that doesn’t fit: is something taught, or believed, that is wrong?'
  if (difficulty < 0.3) return 'Few get it right: is it taught, and is the wording plain?'
  if (difficulty > 0.97) return 'Nearly everybody gets it right: it tells little.'
  if (discrimination !== null && discrimination < 0.1)
    return 'It hardly tells apart who has understood the module.'
  return null
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function correlation(xs: readonly number[], ys: readonly number[]): number | null {
  const [mx, my] = [mean(xs), mean(ys)]
  const covariance = mean(xs.map((x, at) => (x - mx) * (ys[at]! - my)))
  const spread = Math.sqrt(mean(xs.map((x) => (x - mx) ** 2)) * mean(ys.map((y) => (y - my) ** 2)))
  return spread < 1e-9 ? null : covariance / spread
}
