import type { Path } from '#server/courses/authoring/files/yaml-document.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import type { Setting } from './exercise-setting.ts'

/** Rules for the wording of exercises. */
export function checkWording({ document, path, scope }: Setting, exercise: Exercise): void {
  const say = (at: Path, message: string, fix: string) =>
    scope.log.error(scope.file, document.lineOf([...path, ...at]), message, fix)
  if (isNegative(exercise.stem.text)) {
    say(
      ['stem'],
      'The question is negative.',
      'Ask for the correct answer: "Which of these …", "What is safest …".',
    )
  }
  for (const [at, text] of labelsOf(exercise)) {
    const catchAll = catchAllOf(text)
    if (catchAll === undefined) continue
    say(
      at,
      `A choice says "${catchAll}", but choices are shuffled.`,
      'Write out what it means, or use "type: multiple".',
    )
  }
}

export const isNegative = (stem: string) =>
  /\bwhich\b(?:(?!\b(?:when|if|while|who|whom|that|because|after|before|although)\b)[^.?!,;:])*\b(is|are|was|were|does|do|did|has|have|should|would|can|could|may|must|will)\s*(not\b|n['’]t\b|never\b)/i.test(
    stem,
  ) ||
  /\bwhat (is|are|should|must|would|do|does|can|could|may)( you| staff| a worker| they| we)?\s*(not|n['’]t|never)\b/i.test(
    stem,
  ) ||
  /\b(all|any|each|everything)\b[^.?!]*\bexcept\b/i.test(stem) ||
  /\b(NOT|EXCEPT)\b/.test(stem)

export const catchAllOf = (text: string): string | undefined =>
  /\b(all|none|any|both|neither|either) of the (above|below|others)\b|\b(all|none|both|neither) of these\b(?=\W*$)|^(both )?[A-D] (and|or) [A-D]\b/i.exec(
    text.trim(),
  )?.[0]

/** The text of each choice or item, with its path. */
function labelsOf(exercise: Exercise): [at: Path, text: string][] {
  switch (exercise.type) {
    case 'single':
    case 'multiple':
      return exercise.choices.map(({ text }, at) => [['choices', at, 'text'], text.text])
    case 'order':
    case 'sort':
      return exercise.items.map(({ text }, at) => [['items', at, 'text'], text.text])
    case 'scenario':
      return [...exercise.steps.values()].flatMap(({ choices }, at) =>
        choices.map(({ text }, place): [Path, string] => [
          ['steps', at, 'choices', place, 'text'],
          text.text,
        ]),
      )
    default:
      return []
  }
}
