import { type Form, realId } from '#server/courses/catalogue/answer-fields.ts'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import type { Question, ScenarioExercise } from '#server/courses/catalogue/question-types.ts'
import { type Walk, walk } from '#server/courses/catalogue/scenarios.ts'
import type { Attempt } from '#server/learning/progress/queries.ts'
import { type Confidence, parseConfidence } from '#server/learning/questions/confidence.ts'
import { type Mark, markAnswer, parseAnswer, passed, scoreOf } from '#server/learning/questions/marking.ts'

/** The current question of an attempt. */
type Current = Readonly<{
  position: number
  /** The step of a scenario. 0 for other questions. */
  step: number
  total: number
  question: Question
  /** Determines the order of the choices and their opaque values in this attempt. */
  seed: string
  /** The position in a scenario. Null for other questions. */
  walked: Walk | null
}>

/** The next question of the attempt, or null when all are answered. */
export function currentOf(module: Module, attempt: Attempt): Current | null {
  const position = attempt.answers.filter((answer) => answer.is_last_step).length
  const drawn = attempt.drawn[position]
  const question = drawn && module.questions.get(drawn.question)
  if (!drawn || !question) return null
  const given = attempt.answers.filter((answer) => answer.position === position)
  return {
    position,
    step: given.length,
    total: attempt.drawn.length,
    question,
    seed: drawn.seed,
    walked: question.type === 'scenario' ? walk(question, choicesOf(given)) : null,
  }
}

/** The ids of the choices made in a scenario, from the stored answers of its steps. */
export const choicesOf = (given: readonly { answer: unknown }[]): readonly string[] =>
  given.map(({ answer }) => (answer as { choice: string }).choice)

export type Taken = { kind: 'stale' } | { kind: 'empty' } | TakenAnswer

export type TakenAnswer = {
  kind: 'taken'
  position: number
  step: number
  answer: unknown
  is_correct: boolean
  is_last_step: boolean
  credit: number | null
  confidence: Confidence | null
  /** Null unless this answer ends the attempt. */
  result: Result | null
}

type Result = Readonly<{ correct: number; points: number; total: number; is_passed: boolean }>

/**
 * Marks one answer. A form for a question that is not the current one (a second tab, the Back button, an ended attempt)
 * is stale and changes nothing.
 */
export function takeAnswer(module: Module, attempt: Attempt, form: Form): Taken {
  const current = attempt.result ? null : currentOf(module, attempt)
  if (!current || form.position !== String(current.position) || form.step !== String(current.step))
    return { kind: 'stale' }
  const { position, step, total, question, seed, walked } = current
  const marked =
    question.type === 'scenario' ? markStep(question, walked, seed, form) : mark(question, seed, form)
  if (!marked) return { kind: 'empty' }
  const { answer, is_correct, is_last_step, credit } = marked
  const answers = [...attempt.answers, { position, is_correct, credit }]
  const isEnd = is_last_step && position === total - 1
  const result = isEnd ? resultOf(answers, total, attempt.pass_mark) : null
  const confidence = parseConfidence(form.confidence)
  return { kind: 'taken', position, step, answer, is_correct, is_last_step, credit, confidence, result }
}

type Marked = Readonly<{
  answer: unknown
  is_correct: boolean
  is_last_step: boolean
  credit: number | null
}>

function mark(question: Question, seed: string, form: Form): Marked | null {
  const answer = parseAnswer(question, form, seed)
  if (!answer) return null
  const mark = markAnswer(question, answer)
  return { answer, is_correct: mark.correct, is_last_step: true, credit: partialCredit(question, mark) }
}

/** A sort earns the share of its lines that are right. Course versions before 2.0.0 keep their original marking. */
const partialCredit = (question: Question, { right, of }: Mark): number | null =>
  question.type === 'sort' && question.objective !== undefined ? right / of : null

/** Each step of a scenario is a separate answer and can't be changed later. */
function markStep(question: ScenarioExercise, walked: Walk | null, seed: string, form: Form): Marked | null {
  if (walked?.at.kind !== 'step') return null
  const { step } = walked.at
  const id = realId(step.choices, seed, `step ${step.id}`, form.choice)
  const choice = step.choices.find((one) => one.id === id)
  return choice
    ? {
        answer: { choice: choice.id },
        is_correct: choice.best,
        is_last_step: !question.steps.has(choice.next),
        credit: null,
      }
    : null
}

/** A question earns its credit, or one point when all its steps are right. The pass mark is a percentage of the questions. */
export function resultOf(
  answers: readonly Readonly<{ position: number; is_correct: boolean; credit?: number | null }>[],
  total: number,
  passMark: number,
): Result {
  const byPosition = Map.groupBy(answers, ({ position }) => position)
  const credits = Array.from({ length: total }, (_, position) => {
    const steps = byPosition.get(position) ?? []
    return Math.min(...steps.map(({ is_correct, credit }) => credit ?? Number(is_correct)))
  })
  const points = credits.reduce((sum, credit) => sum + credit, 0)
  const correct = credits.filter((credit) => credit === 1).length
  return { correct, points, total, is_passed: passed(scoreOf(points, total), passMark) }
}
