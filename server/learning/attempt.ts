import type { Module } from '#server/courses/catalogue.ts'
import type { Question, ScenarioExercise } from '#server/courses/exercises.ts'
import { type Walk, walk } from '#server/courses/scenarios.ts'
import { type Aliased, underAliases } from './aliases.ts'
import { markAnswer, parseAnswer } from './marking.ts'
import type { Attempt } from './queries.ts'

export type Current = Readonly<{
  position: number
  /** The step of a scenario; 0 for every other question. */
  step: number
  total: number
  aliased: Aliased
  /** How far a scenario has come; null for every other question. */
  walked: Walk | null
}>

/** What the attempt asks next; null when every question is answered. */
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
    aliased: underAliases(question, drawn.seed),
    // In the author's ids, in which answers are kept.
    walked: question.type === 'scenario' ? walk(question, choicesOf(given)) : null,
  }
}

/** The ids of the choices made in a scenario, from the answers kept for its steps. */
export const choicesOf = (given: readonly { answer: unknown }[]): readonly string[] =>
  given.map(({ answer }) => (answer as { choice: string }).choice)

export type Taken =
  | { kind: 'stale' }
  | { kind: 'empty'; message: string }
  | {
      kind: 'taken'
      position: number
      step: number
      answer: unknown
      is_correct: boolean
      is_last_step: boolean
      result: { correct: number; total: number; is_passed: boolean } | null
    }

/**
 * Marks one answer. A form for another question than the one asked now (a second tab, a page gone back to, an attempt
 * that has ended) is stale and changes nothing.
 */
export function takeAnswer(module: Module, attempt: Attempt, form: Readonly<Record<string, unknown>>): Taken {
  const current = attempt.result ? null : currentOf(module, attempt)
  if (!current || form.position !== String(current.position) || form.step !== String(current.step))
    return { kind: 'stale' }
  const { position, step, total, aliased } = current
  const marked =
    aliased.question.type === 'scenario' ? markStep(aliased.question, current.walked, form) : mark(aliased.question, form)
  if (!marked) return { kind: 'empty', message: askFor(aliased.question) }
  const { is_correct, is_last_step } = marked
  const answer = aliased.real(marked.answer)
  const isEnd = is_last_step && position === total - 1
  const answers = [...attempt.answers, { position, step, answer, is_correct, is_last_step }]
  return {
    kind: 'taken',
    position,
    step,
    answer,
    is_correct,
    is_last_step,
    result: isEnd ? resultOf(answers, total, attempt.pass_mark) : null,
  }
}

type Marked = Readonly<{ answer: unknown; is_correct: boolean; is_last_step: boolean }>

function mark(question: Question, form: Readonly<Record<string, unknown>>): Marked | null {
  const answer = parseAnswer(question, form)
  return answer && { answer, is_correct: markAnswer(question, answer).correct, is_last_step: true }
}

function markStep(
  question: ScenarioExercise,
  walked: Walk | null,
  form: Readonly<Record<string, unknown>>,
): Marked | null {
  const at = walked?.at.kind === 'step' ? walked.at.step.id : question.start
  const choice = question.steps.get(at)?.choices.find((one) => one.id === form.choice)
  return choice
    ? { answer: { choice: choice.id }, is_correct: choice.best, is_last_step: !question.steps.has(choice.next) }
    : null
}

/** A question counts when each of its steps was answered right; the mark is in percent of the questions. */
export function resultOf(
  answers: readonly { position: number; is_correct: boolean }[],
  total: number,
  passMark: number,
): { correct: number; total: number; is_passed: boolean } {
  const missed = new Set(answers.filter((answer) => !answer.is_correct).map((answer) => answer.position))
  const correct = total - missed.size
  return { correct, total, is_passed: correct * 100 >= passMark * total }
}

function askFor(question: Question): string {
  switch (question.type) {
    case 'multiple':
      return 'Choose at least one answer, then go on.'
    case 'order':
      return 'Give every step a place of its own, then go on.'
    case 'match':
      return 'Choose a partner for each line, then go on.'
    case 'sort':
      return 'Choose a place for each line, then go on.'
    default:
      return 'Choose an answer, then go on.'
  }
}
