import { type AnswerFields, answerFields, type Form, shownId } from './answer-fields.ts'
import { exercisePath, lessonPath } from './catalogue.ts'
import type { Exercise, Step, Words } from './question-types.ts'
import { walk } from './scenarios.ts'

/** The lesson of an exercise, by the names in its address. */
export type ExercisePlace = {
  readonly course: string
  readonly module: string
  readonly lesson: string
  /** Where the answer is posted to, if not to the exercise's own address. */
  readonly action?: string
}

/** The data of `_exercise.eta`: an exercise waiting for an answer. */
export type ExerciseView = {
  /** Its id in the page. */
  readonly id: string
  /** The address the answer is posted to, with or without a script. */
  readonly action: string
  readonly lesson: string
  readonly label: string
  /** A scenario's opening, shown at every step. */
  readonly opening: string
  /** Paragraphs before the question, if any. */
  readonly story: string
  readonly question: string
  readonly instruction: string
  readonly fields: AnswerFields
  /** The steps of a scenario already taken. */
  readonly taken: readonly { situation: string; choice: string; why: string; fits: boolean }[]
  /** The same for the form, in opaque values. */
  readonly path: readonly string[]
  readonly button: string
  /** The error if the form was incomplete. */
  readonly ask: Asked | undefined
  /** Shown in response to the reader, so it takes the focus. */
  readonly fresh: boolean
}

/** The seed of an exercise in a lesson: the same page for everyone on every visit. */
export const exerciseSeed = (place: ExercisePlace, exercise: Exercise) =>
  place.action ?? exercisePath(place.course, place.module, place.lesson, exercise.id)

export function exerciseView(
  exercise: Exercise,
  place: ExercisePlace,
  given: { path?: readonly string[]; form?: Form; isIncomplete?: boolean; fresh?: boolean } = {},
): ExerciseView {
  const seed = exerciseSeed(place, exercise)
  const common = {
    id: `exercise-${exercise.id}`,
    action: seed,
    lesson: lessonPath(place.course, place.module, place.lesson),
    label: exercise.title ?? labels[exercise.type],
    instruction: instructions[exercise.type],
    fresh: given.fresh ?? false,
  }
  if (exercise.type !== 'scenario') {
    const { story, question } = stemParts(exercise.stem)
    const fields = answerFields(exercise, seed, given.form)
    return {
      ...common,
      ask: given.isIncomplete ? askedFor(exercise.type, fields) : undefined,
      opening: '',
      story,
      question,
      fields,
      taken: [],
      path: [],
      button: 'See the result',
    }
  }
  const { taken, at } = walk(exercise, given.path ?? [])
  const step = at.kind === 'step' ? at.step : exercise.steps.get(exercise.start)!
  const { story, question } = stepParts(step)
  return {
    ...common,
    ask: given.isIncomplete ? { message: missing.scenario, line: null } : undefined,
    opening: exercise.stem.html,
    story,
    question,
    fields: answerFields(exercise, seed, given.form, step),
    taken: taken.map(({ step, choice }) => ({
      situation: step.text.html,
      choice: choice.text.html,
      why: choice.why.html,
      fits: choice.best,
    })),
    path: taken.map(({ step, choice }) => shownId(seed, `step ${step.id}`, choice.id)),
    button: 'Next step',
  }
}

const labels: Record<Exercise['type'], string> = {
  single: 'Try it',
  multiple: 'Try it',
  'true-false': 'True or false?',
  order: 'Put it in order',
  match: 'Match them',
  sort: 'Sort them',
  scenario: 'Work it through',
}

/** One sentence on how to answer, also used in assessments. */
export const instructions: Record<Exercise['type'], string> = {
  single: 'Choose one.',
  multiple: 'Choose all that apply.',
  'true-false': 'Choose one.',
  order: 'Put the lines in order, from first to last.',
  match: 'Choose the match for each line.',
  sort: 'Choose where each line belongs.',
  scenario: 'Choose one. What happens next depends on your choice.',
}

/** The errors for incomplete answers. */
const missing: Record<Exercise['type'], string> = {
  single: 'Choose an answer.',
  multiple: 'Choose at least one answer.',
  'true-false': 'Choose true or false.',
  order: 'Give each line a different number.',
  match: 'Choose a match for each line.',
  sort: 'Choose a place for each line.',
  scenario: 'Choose an answer.',
}

const notOrdered = 'None of the lines has been moved yet. Put them in order first.'

/** What is missing in an incomplete answer, and where: what was chosen stays. */
type Asked = Readonly<{ message: string; line: Readonly<{ name: string; text: string }> | null }>

export function askedFor(type: Exercise['type'], fields: AnswerFields): Asked {
  if (fields.kind === 'choices') return { message: missing[type], line: null }
  const without = fields.items.filter(({ chosen }) => chosen === '')
  const [first] = without
  if (!first) return { message: missing[type], line: null }
  if (type === 'order' && without.length === fields.items.length) return { message: notOrdered, line: null }
  const what = fields.kind === 'match' ? 'a match' : 'a place'
  const lines = without.length === 1 ? 'One line still needs' : `${without.length} lines still need`
  const isKept = without.length < fields.items.length
  return {
    message: `${lines} ${what}.${isKept ? ' What you chose is kept.' : ''}`,
    line: { name: first.name, text: first.html.replace(/<[^>]+>/g, '') },
  }
}

/** In a stem with several paragraphs, the last one is the question and the others are the story. */
export function stemParts(stem: Words): { story: string; question: string } {
  const found = /^([\s\S]*?)<p>((?:(?!<\/?p>)[\s\S])*)<\/p>$/.exec(stem.html)
  return found
    ? { story: found[1]!.trim(), question: found[2]! }
    : { story: stem.html, question: 'Your answer' }
}

/** A scenario step: what happens, and its question, or the default question. */
export function stepParts(step: Step): { story: string; question: string } {
  const parts = stemParts(step.text)
  return step.text.text.trim().endsWith('?') ? parts : { story: step.text.html, question: 'What do you do?' }
}
