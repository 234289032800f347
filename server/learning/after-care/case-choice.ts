import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import type { Attempt } from '#server/learning/progress/queries.ts'

/** How many days after a course a case is sent. */
export const caseDays = [3, 10, 30, 90] as const

type ChosenCase = Readonly<{ module: string; question: string }>

type Met = Pick<Attempt, 'module' | 'drawn' | 'answers'>

/**
 * A question of the course's pools that this person has not met, nearest to what they were sure of and had wrong: the same
 * facts first, then the same objective. Among equals a scenario, then by lot. Null where none is left.
 */
export function chooseCase(
  course: CourseVersion,
  attempts: readonly Met[],
  earlier: readonly ChosenCase[],
  random: () => number,
): ChosenCase | null {
  const met = new Set([
    ...attempts.flatMap(({ module, drawn }) => drawn.map(({ question }) => `${module}/${question}`)),
    ...earlier.map(({ module, question }) => `${module}/${question}`),
  ])
  const misses = course.modules.flatMap((module) => sureMisses(module, attempts))
  const ranked = course.modules
    .flatMap((module) => [...module.questions.values()].map((question) => ({ module, question })))
    .filter(({ module, question }) => !met.has(`${module.slug}/${question.id}`))
    .map((one) => ({ ...one, nearness: nearness(one, misses), lot: random() }))
    .sort((a, b) => b.nearness - a.nearness || Number(isCase(b)) - Number(isCase(a)) || a.lot - b.lot)
  const [first] = ranked
  return first ? { module: first.module.slug, question: first.question.id } : null
}

type Placed = Readonly<{ module: Module; question: Question }>

const isCase = ({ question }: Placed) => question.type === 'scenario'

const sureMisses = (module: Module, attempts: readonly Met[]): readonly Placed[] =>
  attempts
    .filter((attempt) => attempt.module === module.slug)
    .flatMap(({ drawn, answers }) =>
      answers
        .filter(({ confidence, is_correct }) => confidence === 'sure' && !is_correct)
        .flatMap(({ position }) => module.questions.get(drawn[position]?.question ?? '') ?? []),
    )
    .map((question) => ({ module, question }))

/** Two for each fact that a miss is about, and one for its objective. */
const nearness = ({ module, question }: Placed, misses: readonly Placed[]): number =>
  misses.reduce((sum, miss) => {
    const facts = question.facts.filter((key) => miss.question.facts.includes(key)).length
    const hasObjective = question.objective !== undefined && question.objective === miss.question.objective
    return sum + 2 * facts + Number(hasObjective && module === miss.module)
  }, 0)
