import type { Question, TrueFalseExercise, Words } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'
import { type Answer, markAnswer } from './marking.ts'

/** Feedback on an answer: what was chosen, what is safer, and why. It never says "wrong". */
export type AnswerReview = {
  readonly fits: boolean
  /** The heading, such as "That fits". */
  readonly title: string
  readonly lines: readonly ReviewLine[]
  /** How the scenario ended. */
  readonly ending: string | undefined
  /** The answer is based on practice advice, not law. */
  readonly practice: boolean
}

type ReviewLine = {
  /** What the choice was about: a step's situation, a left side, an item. */
  readonly about: string
  /** For a scenario: its steps are what happened, and each choice has its reason. */
  readonly isStep?: boolean
  readonly parts: readonly ReviewPart[]
}

type ReviewPart = {
  readonly label: string
  /** `good` fits, `safer` would be safer, `given` was chosen but doesn't fit. */
  readonly tone: 'given' | 'good' | 'safer'
  readonly text: string
  readonly why: string
}

export function answerReview(question: Question, answer: Answer): AnswerReview {
  const { correct, right } = markAnswer(question, answer)
  const titles = isSayingMatter(question) ? saying : choosing
  return {
    fits: correct,
    title: correct ? 'That fits' : right > 0 && hasParts(question) ? titles.partly : titles.otherwise,
    lines: linesOf(question, answer),
    ending: endingOf(question, answer),
    practice: question.practice,
  }
}

/**
 * The same without the answers, for an attempt that was not passed: what was chosen, and why it doesn't fit. Otherwise
 * someone could learn the answers instead of the lessons.
 */
export function withheldReview(review: AnswerReview): AnswerReview {
  if (review.fits) return review
  const lines = review.lines.map(({ parts, ...line }) => ({
    ...line,
    // Without a reason of its own, a place that doesn't fit only gives away the one that does.
    parts: parts.filter(({ tone, why }) => tone === 'given' && why !== ''),
  }))
  return { ...review, lines: lines.filter(({ parts }) => parts.length > 0) }
}

const choosing = { partly: 'Part of it fits', otherwise: 'There is a safer choice' }
const saying = { partly: 'Part of it fits', otherwise: 'Another answer fits better' }

const isSayingMatter = ({ type }: Question) =>
  type === 'true-false' || type === 'match' || type === 'sort' || type === 'order'
const hasParts = ({ type }: Question) => type !== 'single' && type !== 'true-false'

function linesOf(question: Question, answer: Answer): ReviewLine[] {
  switch (question.type) {
    case 'single': {
      const id = 'choice' in answer ? answer.choice : undefined
      const parts = question.choices
        .filter((choice) => choice.id === id || choice.correct)
        .sort((a, b) => Number(b.id === id) - Number(a.id === id))
      return [{ about: '', parts: parts.map((choice) => part(choice, choice.id === id, choice.correct)) }]
    }
    case 'true-false':
      return [{ about: '', parts: trueFalseParts(question, 'choice' in answer ? answer.choice : undefined) }]
    case 'multiple': {
      const ids = 'choices' in answer ? answer.choices : []
      return question.choices
        .filter(({ id, correct }) => ids.includes(id) || correct)
        .map((choice) => ({
          about: '',
          parts: [part(choice, ids.includes(choice.id), choice.correct, 'This fits, too')],
        }))
    }
    case 'order': {
      const order = 'order' in answer ? answer.order : []
      return question.items.map((item, at) => {
        const given = order.indexOf(item.id)
        const label =
          given === at ? `Place ${at + 1}, as you put it` : `Place ${at + 1}; you put it at ${given + 1}`
        return { about: '', parts: [{ label, tone: given === at ? 'good' : 'safer', ...said(item) }] }
      })
    }
    case 'match': {
      const pairs = 'pairs' in answer ? answer.pairs : {}
      return question.pairs.map((pair) => {
        const chosen = question.pairs.find(({ id }) => id === pairs[pair.id])
        return placedLine(pair.left, pair.right, chosen?.right, pair.why)
      })
    }
    case 'sort': {
      const placed = 'placed' in answer ? answer.placed : {}
      return question.items.map((item) => {
        const bucket = question.buckets.find(({ id }) => id === item.bucket)!
        const chosen = question.buckets.find(({ id }) => id === placed[item.id])
        return placedLine(item.text, bucket.title, chosen?.title, item.why)
      })
    }
    case 'scenario':
      return walk(question, 'path' in answer ? answer.path : []).taken.map(({ step, choice }) => {
        const best = step.choices.find((one) => one.best)!
        const parts = [part(choice, true, choice.best)]
        if (best !== choice) parts.push(part(best, false, true))
        return { about: step.text.html, isStep: true, parts }
      })
  }
}

function trueFalseParts(question: TrueFalseExercise, choice: string | undefined): ReviewPart[] {
  const sides = [
    { text: plain('True'), why: question.whyTrue, fits: question.answer, chosen: choice === 'true' },
    { text: plain('False'), why: question.whyFalse, fits: !question.answer, chosen: choice === 'false' },
  ]
  return sides
    .filter(({ fits, chosen }) => fits || chosen)
    .sort((a, b) => Number(b.chosen) - Number(a.chosen))
    .map((side) => part(side, side.chosen, side.fits, 'This fits better'))
}

/** A line of a match or sort: where it belongs and, if different, where it was put. */
function placedLine(about: Words, belongs: Words, chosen: Words | undefined, why: Words): ReviewLine {
  const fits = chosen === belongs
  const parts: ReviewPart[] = fits
    ? [{ label: 'You chose', tone: 'good', text: belongs.html, why: why.html }]
    : [
        { label: 'You chose', tone: 'given', text: chosen?.html ?? 'Nothing', why: '' },
        { label: 'This fits better', tone: 'safer', text: belongs.html, why: why.html },
      ]
  return { about: about.html, parts }
}

type Said = { readonly text: Words; readonly why: Words }
const said = ({ text, why }: Said) => ({ text: text.html, why: why.html })

function part(choice: Said, chosen: boolean, fits: boolean, otherwise = 'A safer choice'): ReviewPart {
  if (chosen)
    return {
      label: fits ? 'You chose this, and it fits' : 'You chose',
      tone: fits ? 'good' : 'given',
      ...said(choice),
    }
  return { label: otherwise, tone: 'safer', ...said(choice) }
}

const plain = (text: string): Words => ({ html: text, text })

function endingOf(question: Question, answer: Answer): string | undefined {
  if (question.type !== 'scenario' || !('path' in answer)) return undefined
  const { at } = walk(question, answer.path)
  return at.kind === 'end' ? at.ending?.html : undefined
}
