import type { Question } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'
import { fewestPeople, type QuestionStatistics } from './statistics.ts'

type Given = Readonly<{
  choice?: string
  choices?: readonly string[]
  order?: readonly string[]
  pairs?: Readonly<Record<string, string>>
  placed?: Readonly<Record<string, string>>
}>

/**
 * A person's answers as ids to count: choices; for a scenario the steps they reached and `step/choice`;
 * for ordering, matching and sorting the lines in the correct place. `answers` are as stored, one per step.
 */
export function chosenIn(question: Question, answers: readonly unknown[]): readonly string[] {
  const given = answers as readonly Given[]
  const [first = {}] = given
  switch (question.type) {
    case 'single':
    case 'true-false':
      return first.choice === undefined ? [] : [first.choice]
    case 'multiple':
      return first.choices ?? []
    case 'order':
      return question.items.filter(({ id }, at) => first.order?.[at] === id).map(({ id }) => id)
    case 'match':
      return question.pairs.filter(({ id }) => first.pairs?.[id] === id).map(({ id }) => id)
    case 'sort':
      return question.items.filter(({ id, bucket }) => first.placed?.[id] === bucket).map(({ id }) => id)
    case 'scenario':
      return walk(
        question,
        given.flatMap(({ choice }) => choice ?? []),
      ).taken.flatMap(({ step, choice }) => [step.id, `${step.id}/${choice.id}`])
  }
}

/** How many people chose an answer, in words. Empty if fewer than ten people could have. */
export function takenWords(question: Question, statistics: QuestionStatistics, id: string): string {
  if (statistics.kind !== 'known') return ''
  const { people, taken } = statistics
  const of = question.type === 'scenario' ? (taken.get(id.split('/')[0]!) ?? 0) : people
  if (of < fewestPeople) return ''
  const share = `${Math.round(((taken.get(id) ?? 0) / of) * 100)}%`
  switch (question.type) {
    case 'scenario':
      return `${share} of ${of} who reached this step chose this`
    case 'order':
    case 'match':
    case 'sort':
      return `${share} put it here`
    default:
      return `${share} chose this`
  }
}
