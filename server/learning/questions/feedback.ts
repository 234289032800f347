import type { Form } from '#server/courses/catalogue/answer-fields.ts'
import {
  type ExercisePlace,
  type ExerciseView,
  exerciseSeed,
  exerciseView,
  stemParts,
} from '#server/courses/catalogue/exercise-view.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'
import { type AnswerReview, answerReview } from './answer-review.ts'
import { type PathAnswer, parseAnswer } from './marking.ts'

/** The data for `_exercise-feedback.eta` after an answer to an exercise in a lesson. Nothing is stored. */
type ExerciseFeedback =
  | {
      /** The answer is incomplete, the scenario continues, or the learner starts again. */
      readonly kind: 'exercise'
      readonly exercise: ExerciseView
    }
  | {
      readonly kind: 'feedback'
      readonly id: string
      readonly action: string
      readonly lesson: string
      readonly label: string
      readonly story: string
      readonly question: string
      readonly review: AnswerReview
    }

export function exerciseFeedback(exercise: Exercise, form: Form, place: ExercisePlace): ExerciseFeedback {
  const again = (given: Parameters<typeof exerciseView>[2]) =>
    ({ kind: 'exercise', exercise: exerciseView(exercise, place, { ...given, fresh: true }) }) as const
  if (form.again !== undefined) return again({})

  const seed = exerciseSeed(place, exercise)
  const answer = parseAnswer(exercise, form, seed)
  if (exercise.type === 'scenario') {
    const path = (answer as PathAnswer | null)?.path ?? []
    const isAnswered = form.choice !== undefined && answer !== null
    if (!isAnswered) return again({ path, isIncomplete: true })
    if (walk(exercise, path).at.kind === 'step') return again({ path })
  }
  if (!answer) return again({ form, isIncomplete: true })

  const { id, action, lesson, label } = exerciseView(exercise, place)
  return {
    kind: 'feedback',
    id,
    action,
    lesson,
    label,
    ...(exercise.type === 'scenario'
      ? { story: exercise.stem.html, question: '' }
      : stemParts(exercise.stem)),
    review: answerReview(exercise, answer),
  }
}
