import { answerFields } from '#server/courses/answer-fields.ts'
import { type CourseVersion, lessonPath, type Module } from '#server/courses/catalogue.ts'
import { instructions, stemParts, stepParts } from '#server/courses/exercise-view.ts'
import type { Question } from '#server/courses/exercises.ts'
import type { Offered } from '#server/courses/offered.ts'
import { answerReview } from './answer-review.ts'
import { choicesOf, currentOf } from './attempt.ts'
import type { Answer } from './marking.ts'
import { assessmentPath } from './paths.ts'
import type { Attempt } from './queries.ts'

/** One question of an attempt. Nothing in it tells the answer, or why. */
export function questionPage(
  course: CourseVersion,
  module: Module,
  attempt: Attempt,
  problem: string | null,
) {
  const current = currentOf(module, attempt)
  if (!current) throw new Error(`Attempt ${attempt.id} has neither a question left nor a result.`)
  const { question, seed, walked, position, step, total } = current
  const at = walked?.at.kind === 'step' ? walked.at.step : undefined
  const { story, question: asked } = at ? stepParts(at) : stemParts(question.stem)
  return {
    title: `Question ${position + 1} of ${total}`,
    errors: problem ? [{ field: 'answer', message: problem }] : [],
    course,
    module,
    action: `/attempts/${attempt.id}/answers`,
    position,
    step,
    total,
    story: at && step === 0 ? `${question.stem.html}\n${story}` : story,
    /** What was chosen on the way here. */
    taken: (walked?.taken ?? []).map(({ step: behind, choice }) => ({
      situation: behind.text.html,
      choice: choice.text.html,
    })),
    question: asked,
    instruction: instructions[question.type],
    fields: answerFields(question, seed, {}, at),
  }
}

/** The result in words, with every answer and the reasons, and what to read again. */
export function resultPage(
  course: CourseVersion,
  module: Module,
  attempt: Attempt,
  { cannotCount }: Pick<Offered, 'cannotCount'>,
) {
  const questions = attempt.drawn.flatMap((drawn, position) => {
    const question = module.questions.get(drawn.question)
    const given = attempt.answers.filter((answer) => answer.position === position)
    return question ? [{ question, given, isCorrect: given.every((answer) => answer.is_correct) }] : []
  })
  const missedFacts = questions.filter((one) => !one.isCorrect).flatMap((one) => one.question.facts)
  return {
    title: attempt.result?.is_passed ? 'Module passed' : 'Not there yet',
    course,
    module,
    result: attempt.result,
    answers: questions.map(({ question, given }) => ({
      stem: question.stem.html,
      review: answerReview(question, answerOf(question, given)),
    })),
    again: module.lessons
      .filter((lesson) => lesson.factKeys.some((key) => missedFacts.includes(key)))
      .map((lesson) => ({ title: lesson.title, href: lessonPath(course.slug, module.slug, lesson.slug) })),
    retry: assessmentPath(course, module.slug),
    isLast: course.modules.at(-1) === module,
    cannotCount: cannotCount(course, attempt.was_approved),
  }
}

/** An answer as it was kept; a scenario's steps are put together again. */
const answerOf = (question: Question, given: readonly { answer: unknown }[]): Answer =>
  question.type === 'scenario' ? { path: choicesOf(given) } : (given[0]?.answer as Answer)
