import { answerFields, type Form } from '#server/courses/catalogue/answer-fields.ts'
import { type CourseVersion, lessonPath, type Module } from '#server/courses/catalogue/catalogue.ts'
import { askedFor, instructions, stemParts, stepParts } from '#server/courses/catalogue/exercise-view.ts'
import type { Offered } from '#server/courses/catalogue/offered.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import { assessmentPath } from '#server/learning/progress/paths.ts'
import type { Attempt } from '#server/learning/progress/queries.ts'
import { pickedRefreshers } from '#server/learning/progress/refresher.ts'
import { answerReview, withheldReview } from '#server/learning/questions/answer-review.ts'
import { confidenceNote, confidences, confidenceWords } from '#server/learning/questions/confidence.ts'
import type { Answer } from '#server/learning/questions/marking.ts'
import { choicesOf, currentOf } from './attempt.ts'
import { needsReview, retakeAt } from './retakes.ts'

/** One question of an attempt. It must not reveal the answer or the reasons. */
export function questionPage(
  course: CourseVersion,
  module: Module,
  attempt: Attempt,
  /** What was sent, if it was incomplete: it is shown again. */
  sent: Form | null,
) {
  const current = currentOf(module, attempt)
  if (!current) throw new Error(`Attempt ${attempt.id} has neither a question left nor a result.`)
  const { question, seed, walked, position, step, total } = current
  const at = walked?.at.kind === 'step' ? walked.at.step : undefined
  const fields = answerFields(question, seed, sent ?? {}, at)
  const ask = sent ? askedFor(question.type, fields) : null
  const { story, question: asked } = at ? stepParts(at) : stemParts(question.stem)
  return {
    title: `Question ${position + 1} of ${total}`,
    errors: ask
      ? [{ field: ask.line ? `answer-${ask.line.name.replace('.', '-')}` : 'answer', message: ask.message }]
      : [],
    ask,
    bar: '/learning/_question-bar',
    chosenConfidence: String(sent?.confidence ?? ''),
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
    fields,
    confidences: confidences.map((value) => ({ value, words: confidenceWords[value] })),
  }
}

/**
 * The result: why answers didn't fit, and which lessons to read again. The answers themselves are shown once the module is
 * passed.
 */
export function resultPage(
  course: CourseVersion,
  module: Module,
  attempt: Attempt,
  attempts: readonly Attempt[],
  { cannotCount }: Pick<Offered, 'cannotCount'>,
  now: Date,
) {
  const showsAnswers = module.part === 'diagnostic' || attempts.some(({ result }) => result?.is_passed)
  const questions = attempt.drawn.flatMap((drawn, position) => {
    const question = module.questions.get(drawn.question)
    const given = attempt.answers.filter((answer) => answer.position === position)
    return question ? [{ question, given, isCorrect: given.every((answer) => answer.is_correct) }] : []
  })
  const sureMisses = questions.filter(({ given }) => given.some(isSureMiss)).length
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
      isStory: question.type === 'scenario',
      credit: creditText(given),
      confidence: confidenceOf(given),
      review: showsAnswers
        ? answerReview(question, answerOf(question, given))
        : withheldReview(answerReview(question, answerOf(question, given))),
    })),
    showsAnswers,
    ...retakeOf(course, attempts, now),
    again: lessonsAgain(course, module, [attempt]),
    retry: assessmentPath(course, module.slug),
    isLast: course.modules.at(-1) === module,
    cannotCount: cannotCount(course, attempt.was_approved),
  }
}

/** The lessons that teach what was missed in these attempts. */
export function lessonsAgain(course: CourseVersion, module: Module, attempts: readonly Attempt[]) {
  const missed = new Set(attempts.flatMap((attempt) => missedFacts(module, attempt)))
  return module.lessons
    .filter(({ factKeys }) => factKeys.some((key) => missed.has(key)))
    .map(({ slug, title, minutes }) => ({ title, minutes, href: lessonPath(course.slug, module.slug, slug) }))
}

const missedFacts = (module: Module, { drawn, answers }: Attempt): readonly string[] =>
  answers
    .filter(({ is_correct }) => !is_correct)
    .flatMap(({ position }) => module.questions.get(drawn[position]!.question)?.facts ?? [])

/** Whether a short review is offered, and when the next attempt may begin if not now. */
export const retakeOf = ({ engagement }: CourseVersion, attempts: readonly Attempt[], now: Date) => ({
  offersReview: needsReview(attempts),
  retakeAt: retakeAt(attempts, engagement.retake_wait_minutes, now),
  waitMinutes: engagement.retake_wait_minutes,
})

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
