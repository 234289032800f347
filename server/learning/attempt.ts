import { type Form, realId } from '#server/courses/answer-fields.ts'
import type { Module } from '#server/courses/catalogue.ts'
import { missing } from '#server/courses/exercise-view.ts'
import type { Question, ScenarioExercise } from '#server/courses/exercises.ts'
import { type Walk, walk } from '#server/courses/scenarios.ts'
import { markAnswer, parseAnswer, passed, scoreOf } from './marking.ts'
import type { Attempt } from './queries.ts'

/** The question that an attempt asks now. */
export type Current = Readonly<{
  position: number
  /** The step of a scenario; 0 for every other question. */
  step: number
  total: number
  question: Question
  /** Gives this attempt's order of the choices and the opaque values that stand for them in the page. */
  seed: string
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
    question,
    seed: drawn.seed,
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
export function takeAnswer(module: Module, attempt: Attempt, form: Form): Taken {
  const current = attempt.result ? null : currentOf(module, attempt)
  if (!current || form.position !== String(current.position) || form.step !== String(current.step))
    return { kind: 'stale' }
  const { position, step, total, question, seed, walked } = current
  const marked =
    question.type === 'scenario' ? markStep(question, walked, seed, form) : mark(question, seed, form)
  if (!marked) return { kind: 'empty', message: missing[question.type] }
  const { answer, is_correct, is_last_step } = marked
  const answers = [...attempt.answers, { position, is_correct }]
  const isEnd = is_last_step && position === total - 1
  const result = isEnd ? resultOf(answers, total, attempt.pass_mark) : null
  return { kind: 'taken', position, step, answer, is_correct, is_last_step, result }
}

type Marked = Readonly<{ answer: unknown; is_correct: boolean; is_last_step: boolean }>

function mark(question: Question, seed: string, form: Form): Marked | null {
  const answer = parseAnswer(question, form, seed)
  return answer && { answer, is_correct: markAnswer(question, answer).correct, is_last_step: true }
}

/** Each step of a scenario is an answer of its own: what was chosen stays chosen. */
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
      }
    : null
}

/** A question counts when each of its steps was answered right; the pass mark is in percent of the questions. */
export function resultOf(
  answers: readonly { position: number; is_correct: boolean }[],
  total: number,
  passMark: number,
): { correct: number; total: number; is_passed: boolean } {
  const missed = new Set(answers.filter((answer) => !answer.is_correct).map((answer) => answer.position))
  const marks = Array.from({ length: total }, (_, position) => ({ correct: !missed.has(position) }))
  return { correct: total - missed.size, total, is_passed: passed(scoreOf(marks), passMark) }
}
