import { type AnswerFields, answerFields, type Form, shownId } from './answer-fields.ts'
import { exercisePath, lessonPath } from './catalogue.ts'
import type { Exercise, Step, Words } from './exercises.ts'
import { walk } from './scenarios.ts'

/** The lesson that an exercise stands in, by the names in its address. */
export type ExercisePlace = { readonly course: string; readonly module: string; readonly lesson: string }

/** What `_exercise.eta` shows: an exercise that waits for an answer. */
export type ExerciseView = {
  /** Its id in the page. */
  readonly id: string
  /** Where the answer is sent, with a script or without. */
  readonly action: string
  readonly lesson: string
  readonly label: string
  /** What a scenario begins with; it stays in view at every step. */
  readonly opening: string
  /** What comes before the question: paragraphs, or nothing. */
  readonly story: string
  readonly question: string
  readonly instruction: string
  readonly fields: AnswerFields
  /** The steps of a scenario that lie behind. */
  readonly taken: readonly { situation: string; choice: string; why: string; fits: boolean }[]
  /** The same for the form, in opaque values. */
  readonly path: readonly string[]
  readonly button: string
  /** What is missing, when the form came without it. */
  readonly ask: string | undefined
  /** Shown in answer to something the reader did, so it takes the focus. */
  readonly fresh: boolean
}

/** The seed of an exercise in a lesson: the same page for everyone, at every visit. */
export const exerciseSeed = (place: ExercisePlace, exercise: Exercise) =>
  exercisePath(place.course, place.module, place.lesson, exercise.id)

export function exerciseView(
  exercise: Exercise,
  place: ExercisePlace,
  given: { path?: readonly string[]; form?: Form; ask?: string; fresh?: boolean } = {},
): ExerciseView {
  const seed = exerciseSeed(place, exercise)
  const common = {
    id: `exercise-${exercise.id}`,
    action: seed,
    lesson: lessonPath(place.course, place.module, place.lesson),
    label: exercise.title ?? labels[exercise.type],
    instruction: instructions[exercise.type],
    ask: given.ask,
    fresh: given.fresh ?? false,
  }
  if (exercise.type !== 'scenario') {
    const { story, question } = stemParts(exercise.stem)
    const fields = answerFields(exercise, seed, given.form)
    return {
      ...common,
      opening: '',
      story,
      question,
      fields,
      taken: [],
      path: [],
      button: 'See what you chose',
    }
  }
  const { taken, at } = walk(exercise, given.path ?? [])
  const step = at.kind === 'step' ? at.step : exercise.steps.get(exercise.start)!
  const { story, question } = stepParts(step)
  return {
    ...common,
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
    button: 'Go on',
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

/** One sentence on how to answer; the same in an assessment. */
export const instructions: Record<Exercise['type'], string> = {
  single: 'Choose one.',
  multiple: 'Choose all that apply.',
  'true-false': 'Choose one.',
  order: 'Give each line its place, from first to last.',
  match: 'Choose what belongs to each line.',
  sort: 'Choose where each line belongs.',
  scenario: 'Choose one; what happens next depends on it.',
}

/** What to say when a form comes without a whole answer. */
export const missing: Record<Exercise['type'], string> = {
  single: 'Choose one of the answers first.',
  multiple: 'Choose at least one of the answers first.',
  'true-false': 'Choose true or false first.',
  order: 'Give each line a place of its own first.',
  match: 'Choose something for each line first.',
  sort: 'Choose a place for each line first.',
  scenario: 'Choose one of the answers first.',
}

/** A stem of several paragraphs tells a story first; its last paragraph is the question. */
export function stemParts(stem: Words): { story: string; question: string } {
  const found = /^([\s\S]*?)<p>((?:(?!<\/?p>)[\s\S])*)<\/p>$/.exec(stem.html)
  return found
    ? { story: found[1]!.trim(), question: found[2]! }
    : { story: stem.html, question: 'Your answer' }
}

/** A step of a scenario: what happens, and the question it ends in, or the one that every step asks. */
export function stepParts(step: Step): { story: string; question: string } {
  const parts = stemParts(step.text)
  return step.text.text.trim().endsWith('?') ? parts : { story: step.text.html, question: 'What do you do?' }
}
