import { answerFields } from '#server/courses/catalogue/answer-fields.ts'
import { type CourseVersion, lessonPath, type Module } from '#server/courses/catalogue/catalogue.ts'
import { instructions, stemParts, stepParts } from '#server/courses/catalogue/exercise-view.ts'
import type { Offered } from '#server/courses/catalogue/offered.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import { assessmentPath } from '#server/learning/progress/paths.ts'
import type { Attempt } from '#server/learning/progress/queries.ts'
import { pickedRefreshers } from '#server/learning/progress/refresher.ts'
import { answerReview } from '#server/learning/questions/answer-review.ts'
import { confidenceNote, confidences, confidenceWords } from '#server/learning/questions/confidence.ts'
import type { Answer } from '#server/learning/questions/marking.ts'
import { choicesOf, currentOf } from './attempt.ts'

/** One question of an attempt. It must not reveal the answer or the reasons. */
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
    /** The start of a scenario, shown at every step. */
    opening: at ? question.stem.html : '',
    story,
    /** The choices so far. */
    taken: (walked?.taken ?? []).map(({ step: behind, choice }) => ({
      situation: behind.text.html,
      choice: choice.text.html,
    })),
    question: asked,
    instruction: instructions[question.type],
    fields: answerFields(question, seed, {}, at),
    confidences: confidences.map((value) => ({ value, words: confidenceWords[value] })),
  }
}

/** The result, with every answer, its reasons, and which lessons to read again. */
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
  const sureMisses = questions.filter(({ given }) => given.some(isSureMiss)).length
  const missedFacts = questions.filter((one) => !one.isCorrect).flatMap((one) => one.question.facts)
  return {
    title: titleOf(module, attempt),
    course,
    module,
    result: attempt.result,
    points: attempt.result && pointsText(attempt.result.points),
    needed: Math.ceil((attempt.drawn.length * attempt.pass_mark) / 100),
    sureMisses,
    picked: pickedOf(course, module, attempt),
    scoresByLine: questions.some(({ given }) => given.some(({ credit }) => credit !== null)),
    answers: questions.map(({ question, given }) => ({
      stem: question.stem.html,
      credit: creditText(given),
      confidence: confidenceOf(given),
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

const titleOf = (module: Module, { result }: Attempt) =>
  module.part === 'diagnostic' ? 'What you know' : result?.is_passed ? 'Module passed' : 'Not there yet'

/** The short refreshers that a diagnostic picked, and the number of optional ones. */
function pickedOf(course: CourseVersion, module: Module, attempt: Attempt) {
  const picked = pickedRefreshers(course, module, attempt)
  if (!picked) return null
  const lessons = course.modules.find(({ slug }) => slug === picked.module)?.lessons ?? []
  return {
    needed: lessons.filter(({ slug }) => picked.needed.includes(slug)),
    optional: picked.optional.length,
  }
}

/** '8', or '8.75' with partial credit. */
const pointsText = (points: number) => String(Math.round(points * 100) / 100)

const creditText = ([first]: Attempt['answers']) =>
  first && first.credit !== null && first.credit > 0 && first.credit < 1 ? pointsText(first.credit) : null

const isSureMiss = ({ confidence, is_correct }: Attempt['answers'][number]) =>
  confidence === 'sure' && !is_correct

/** The note on how sure the learner was. For a scenario, the note on the first step that has one. */
function confidenceOf(given: Attempt['answers']) {
  const [said] = given.flatMap(({ confidence, is_correct }) => confidenceNote(confidence, is_correct) ?? [])
  return said ?? null
}

/** A stored answer. The steps of a scenario are joined. */
const answerOf = (question: Question, given: readonly { answer: unknown }[]): Answer =>
  question.type === 'scenario' ? { path: choicesOf(given) } : (given[0]?.answer as Answer)
