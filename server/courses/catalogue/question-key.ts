import type { Exercise, Words } from './question-types.ts'

/** A question with its answers for reviewers: which are correct, which are not, and why. */
type KeyGroup = Readonly<{ about: string; lines: readonly KeyLine[] }>
type KeyLine = Readonly<{
  id: string
  text: string
  fits: boolean
  why: string
  /** The next step of a scenario. */
  next: string
}>

export function questionKey(question: Exercise): readonly KeyGroup[] {
  const group = (lines: readonly KeyLine[], about = ''): KeyGroup => ({ about, lines })
  switch (question.type) {
    case 'single':
    case 'multiple':
      return [group(question.choices.map((one) => line(one.id, one.text, one.correct, one.why)))]
    case 'true-false':
      return [
        group([
          { id: 'true', text: 'True', fits: question.answer, why: question.whyTrue.html, next: '' },
          { id: 'false', text: 'False', fits: !question.answer, why: question.whyFalse.html, next: '' },
        ]),
      ]
    case 'order':
      return [
        group(
          question.items.map((one) => line(one.id, one.text, true, one.why)),
          '<p>From first to last:</p>',
        ),
      ]
    case 'match':
      return question.pairs.map((one) => group([line(one.id, one.right, true, one.why)], one.left.html))
    case 'sort':
      return question.buckets.map((bucket) =>
        group(
          question.items
            .filter((one) => one.bucket === bucket.id)
            .map((one) => line(one.id, one.text, true, one.why)),
          bucket.title.html,
        ),
      )
    case 'scenario':
      return [...question.steps.values()].map((step) =>
        group(
          step.choices.map((one) => ({
            ...line(`${step.id}/${one.id}`, one.text, one.best, one.why),
            next: one.next,
          })),
          `<p><strong>Step ${step.id}</strong></p>\n${step.text.html}`,
        ),
      )
  }
}

const line = (id: string, text: Words, fits: boolean, why: Words): KeyLine => ({
  id,
  text: text.html,
  fits,
  why: why.html,
  next: '',
})

/** The same as plain lines, to compare with another version. */
export function questionLines(question: Exercise): readonly string[] {
  const bare = (html: string) =>
    html
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
  const endings = question.type === 'scenario' ? [...question.endings.values()].map(({ text }) => text) : []
  return [
    question.stem.text,
    ...questionKey(question).flatMap(({ about, lines }) => [
      bare(about),
      ...lines.flatMap((one) => [
        `${one.fits ? 'Correct' : 'Incorrect'}: ${bare(one.text)}${one.next ? ` (then ${one.next})` : ''}`,
        `Why: ${bare(one.why)}`,
      ]),
    ]),
    ...endings,
    question.facts.length > 0 ? `Facts: ${question.facts.join(', ')}` : '',
  ].filter((text) => text !== '')
}
