import { type Form, realId, sentValues, shownId } from '#server/courses/catalogue/answer-fields.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import { bestPath, walk } from '#server/courses/catalogue/scenarios.ts'

/** An answer in the author's ids. Each field names the question types it belongs to. */
export type Answer = ChoiceAnswer | ChoicesAnswer | OrderAnswer | PairsAnswer | PlacedAnswer | PathAnswer

/** `single`; `true-false` with `true` or `false`. */
type ChoiceAnswer = { readonly choice: string }
/** `multiple`, in the order of the choices. */
type ChoicesAnswer = { readonly choices: readonly string[] }
/** `order`: the ids of the items from first to last. */
type OrderAnswer = { readonly order: readonly string[] }
/** `match`: for each pair's left side, the id of the pair whose right side was chosen. */
type PairsAnswer = { readonly pairs: Readonly<Record<string, string>> }
/** `sort`: for each item the id of its bucket. */
type PlacedAnswer = { readonly placed: Readonly<Record<string, string>> }
/** `scenario`: the choices taken, step after step, from the start. */
export type PathAnswer = { readonly path: readonly string[] }

export type Mark = {
  readonly correct: boolean
  /** How many of the answer's decisions (one, or one per line or step) fit. */
  readonly right: number
  readonly of: number
}

/** Marks an answer. An answer of another type or an incomplete one is not correct. */
export function markAnswer(question: Question, answer: Answer): Mark {
  switch (question.type) {
    case 'single': {
      const chosen = 'choice' in answer && question.choices.find(({ id }) => id === answer.choice)
      return mark([chosen ? chosen.correct : false])
    }
    case 'true-false':
      return mark(['choice' in answer && answer.choice === String(question.answer)])
    case 'multiple': {
      const chosen = 'choices' in answer ? answer.choices : []
      const known = question.choices.map(({ id, correct }) => chosen.includes(id) === correct)
      return mark([...known, ...excess(chosen, question.choices)])
    }
    case 'order': {
      const order = 'order' in answer ? answer.order : []
      return mark([...question.items.map(({ id }, at) => order[at] === id), ...excess(order, question.items)])
    }
    case 'match': {
      const pairs = 'pairs' in answer ? answer.pairs : {}
      return mark(question.pairs.map(({ id }) => own(pairs, id) === id))
    }
    case 'sort': {
      const placed = 'placed' in answer ? answer.placed : {}
      return mark(question.items.map(({ id, bucket }) => own(placed, id) === bucket))
    }
    case 'scenario': {
      const path = 'path' in answer ? answer.path : []
      const { taken, at } = walk(question, path)
      const unfinished = at.kind === 'step' || taken.length !== path.length
      return mark([...taken.map(({ choice }) => choice.best), ...(unfinished ? [false] : [])])
    }
  }
}

const mark = (decisions: readonly boolean[]): Mark => {
  const right = decisions.filter((fits) => fits).length
  return { correct: right === decisions.length, right, of: decisions.length }
}

const excess = (given: readonly unknown[], wanted: readonly unknown[]) =>
  given.length > wanted.length ? [false] : []

const own = (record: Readonly<Record<string, string>>, key: string) =>
  Object.hasOwn(record, key) ? record[key] : undefined

/**
 * Reads the answer from the fields that `answerFields` made with the same seed. Null if something is missing.
 * A scenario's path may be unfinished; `walk` says whether it is.
 */
export function parseAnswer(question: Question, form: Form, seed: string = question.id): Answer | null {
  const read = (name: string) => (Object.hasOwn(form, name) ? sentValues(form[name]) : [])
  switch (question.type) {
    case 'single': {
      const choice = realId(question.choices, seed, 'choice', read('choice')[0])
      return choice === undefined ? null : { choice }
    }
    case 'true-false': {
      const choice = read('choice')[0]
      return choice === 'true' || choice === 'false' ? { choice } : null
    }
    case 'multiple': {
      const sent = read('choices').map((value) => realId(question.choices, seed, 'choice', value))
      const choices = question.choices.map(({ id }) => id).filter((id) => sent.includes(id))
      return choices.length === 0 ? null : { choices }
    }
    case 'order': {
      const places = question.items.map(
        ({ id }) => [id, read(`order.${shownId(seed, 'item', id)}`)[0]] as const,
      )
      const order = places.flatMap((_, at) => places.find(([, place]) => place === String(at + 1))?.[0] ?? [])
      return order.length === question.items.length ? { order } : null
    }
    case 'match': {
      const pairs = byId(question.pairs, (id) =>
        realId(question.pairs, seed, 'right', read(`pair.${shownId(seed, 'left', id)}`)[0]),
      )
      return pairs && { pairs }
    }
    case 'sort': {
      const placed = byId(question.items, (id) =>
        realId(question.buckets, seed, 'bucket', read(`placed.${shownId(seed, 'item', id)}`)[0]),
      )
      return placed && { placed }
    }
    case 'scenario': {
      const path: string[] = []
      for (const value of [...read('path'), ...read('choice').slice(0, 1)]) {
        const { at } = walk(question, path)
        if (at.kind === 'end') break
        const id = realId(at.step.choices, seed, `step ${at.step.id}`, value)
        if (id === undefined) return null
        path.push(id)
      }
      return path.length === 0 ? null : { path }
    }
  }
}

/** The choice for each item, or null if one is missing. */
function byId(list: readonly { readonly id: string }[], chosenFor: (id: string) => string | undefined) {
  const chosen = list.map(({ id }) => [id, chosenFor(id)] as const)
  return chosen.every((entry): entry is readonly [string, string] => entry[1] !== undefined)
    ? Object.fromEntries(chosen)
    : null
}

/** The right answer. For a scenario, the best path. */
export function keyOf(question: Question): Answer {
  switch (question.type) {
    case 'single':
      return { choice: question.choices.find(({ correct }) => correct)!.id }
    case 'true-false':
      return { choice: String(question.answer) }
    case 'multiple':
      return { choices: question.choices.filter(({ correct }) => correct).map(({ id }) => id) }
    case 'order':
      return { order: question.items.map(({ id }) => id) }
    case 'match':
      return { pairs: Object.fromEntries(question.pairs.map(({ id }) => [id, id])) }
    case 'sort':
      return { placed: Object.fromEntries(question.items.map(({ id, bucket }) => [id, bucket])) }
    case 'scenario':
      return { path: bestPath(question) }
  }
}

/** Whole percent of the possible points, rounded down. Thirds that add up to a whole count as a whole. */
export const scoreOf = (points: number, total: number) =>
  total === 0 ? 0 : Math.floor((points * 100) / total + 1e-9)

export const passed = (score: number, passMark: number) => score >= passMark
