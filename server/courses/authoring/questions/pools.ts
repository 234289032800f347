import type { Line, ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'

/** Rules for a question pool as a whole. */
export function checkPool(
  module: Pick<Module, 'draw' | 'questions' | 'part'>,
  file: string,
  drawAt: { file: string; line: Line },
  log: ProblemLog,
): void {
  const questions = [...module.questions.values()]
  if (questions.length === 0) return
  if (questions.length < module.draw) {
    log.error(
      drawAt.file,
      drawAt.line,
      `An attempt draws ${module.draw} questions, but the pool has ${questions.length}.`,
      'Write more questions or draw fewer.',
    )
  } else if (questions.length < 16 && module.part === undefined) {
    log.warning(
      file,
      1,
      `The pool has ${questions.length} questions.`,
      'Write at least 16, so that a second attempt differs from the first.',
    )
  }
  const scenarios = questions.filter(({ type }) => type === 'scenario').length
  if (scenarios < 2) {
    log.warning(
      file,
      1,
      `The pool has ${scenarios === 0 ? 'no scenario' : 'one scenario'}.`,
      'Write at least two, of two or three steps.',
    )
  }
  const pattern = longestAnswers(questions)
  if (pattern.longest > pattern.expected + 1.64 * pattern.deviation) {
    log.warning(
      file,
      1,
      `The correct answer is the longest in ${pattern.longest} of ${pattern.of} questions and steps. By chance it would be ${Math.round(pattern.expected)}.`,
      'Shorten correct answers or lengthen others, so that length gives nothing away.',
    )
  }
}

/**
 * Counts where the correct choice is longer than all others, and how often that would happen by chance.
 * Only counts single-choice questions and scenario steps.
 */
export function longestAnswers(questions: readonly Question[]) {
  const lists = questions.flatMap((question) => {
    if (question.type === 'single') {
      return [question.choices.map(({ text, correct }) => ({ length: text.text.length, right: correct }))]
    }
    if (question.type !== 'scenario') return []
    return [...question.steps.values()].map(({ choices }) =>
      choices.map(({ text, best }) => ({ length: text.text.length, right: best })),
    )
  })
  const longest = lists.filter((list) => {
    const right = list.find((choice) => choice.right)!
    return list.every((choice) => choice === right || choice.length < right.length)
  }).length
  const chances = lists.map((list) => 1 / list.length)
  return {
    of: lists.length,
    longest,
    expected: chances.reduce((sum, chance) => sum + chance, 0),
    deviation: Math.sqrt(chances.reduce((sum, chance) => sum + chance * (1 - chance), 0)),
  }
}
