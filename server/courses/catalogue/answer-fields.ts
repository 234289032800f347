import { hash } from 'node:crypto'
import type { Exercise, Step, Words } from './question-types.ts'

/**
 * The form controls of an exercise. They don't reveal the answer: values are opaque and the
 * order is drawn from the seed, so that neither the author's ids nor their order reach the page.
 */
export type AnswerFields =
  | {
      readonly kind: 'choices'
      readonly control: 'radio' | 'checkbox'
      readonly name: 'choice' | 'choices'
      readonly choices: readonly { value: string; html: string; chosen: boolean }[]
    }
  | {
      /** Each item gets a position from 1 to `items.length`. */
      readonly kind: 'order'
      readonly items: readonly { name: string; html: string; chosen: string }[]
    }
  | {
      readonly kind: 'match' | 'sort'
      readonly items: readonly { name: string; html: string; chosen: string }[]
      readonly options: readonly { value: string; text: string }[]
    }

export type Form = Readonly<Record<string, unknown>>

/** The role of an id in an exercise: the same id in different roles gets different values. */
type Role = 'choice' | 'item' | 'left' | 'right' | 'bucket' | `step ${string}`

/**
 * The controls of an exercise, or of a scenario's current step. `form` is what was sent before, to be
 * shown again. The same seed gives the same page. An attempt gives each question its own seed.
 */
export function answerFields(exercise: Exercise, seed: string, form: Form = {}, step?: Step): AnswerFields {
  switch (exercise.type) {
    case 'single':
    case 'multiple': {
      const control = exercise.type === 'single' ? 'radio' : 'checkbox'
      const name = exercise.type === 'single' ? 'choice' : 'choices'
      return {
        kind: 'choices',
        control,
        name,
        choices: choices(exercise.choices, seed, 'choice', form[name]),
      }
    }
    case 'true-false':
      return {
        kind: 'choices',
        control: 'radio',
        name: 'choice',
        choices: [
          { value: 'true', html: 'True', chosen: form.choice === 'true' },
          { value: 'false', html: 'False', chosen: form.choice === 'false' },
        ],
      }
    case 'scenario': {
      const at = step ?? exercise.steps.get(exercise.start)!
      return {
        kind: 'choices',
        control: 'radio',
        name: 'choice',
        choices: choices(at.choices, seed, `step ${at.id}`, form.choice),
      }
    }
    case 'order':
      return {
        kind: 'order',
        items: items(shuffledOutOfOrder(exercise.items, seed, 'item'), seed, 'item', 'order', form),
      }
    case 'match': {
      const lefts = exercise.pairs.map(({ id, left }) => ({ id, text: left }))
      const rights = shuffledOutOfOrder(exercise.pairs, seed, 'right')
      return {
        kind: 'match',
        items: items(lefts, seed, 'left', 'pair', form),
        options: rights.map(({ id, right }) => ({ value: shownId(seed, 'right', id), text: right.text })),
      }
    }
    case 'sort':
      return {
        kind: 'sort',
        items: items(shuffled(exercise.items, seed, 'item'), seed, 'item', 'placed', form),
        options: exercise.buckets.map(({ id, title }) => ({
          value: shownId(seed, 'bucket', id),
          text: title.text,
        })),
      }
  }
}

type Named = { readonly id: string }

function choices(list: readonly (Named & { text: Words })[], seed: string, role: Role, sent: unknown) {
  const chosen = sentValues(sent)
  return shuffled(list, seed, role).map(({ id, text }) => {
    const value = shownId(seed, role, id)
    return { value, html: text.html, chosen: chosen.includes(value) }
  })
}

function items(
  list: readonly (Named & { text: Words })[],
  seed: string,
  role: Role,
  field: string,
  form: Form,
) {
  return list.map(({ id, text }) => {
    const name = `${field}.${shownId(seed, role, id)}`
    return { name, html: text.html, chosen: sentValues(form[name])[0] ?? '' }
  })
}

/** Form parsers return a string for a field sent once and a list for one sent several times. Anything else is ignored. */
export const sentValues = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')

/** The opaque value in the page for an author's id. */
export const shownId = (seed: string, role: Role, id: string) =>
  `v${hash('sha256', `${seed}\0${role}\0${id}`).slice(0, 10)}`

/** The author's id for a value in the page. The author's own ids are no answers: they are readable in the course files. */
export const realId = (
  list: readonly Named[],
  seed: string,
  role: Role,
  shown: unknown,
): string | undefined => list.find(({ id }) => shown === shownId(seed, role, id))?.id

const shuffled = <Item extends Named>(list: readonly Item[], seed: string, role: Role): Item[] =>
  [...list].sort((a, b) => (shownId(seed, role, a.id) < shownId(seed, role, b.id) ? -1 : 1))

/** Shuffles, but never into the author's order, because that order is the answer. */
function shuffledOutOfOrder<Item extends Named>(list: readonly Item[], seed: string, role: Role): Item[] {
  const drawn = shuffled(list, seed, role)
  return drawn.every((item, at) => item === list[at]) ? [...drawn.slice(1), drawn[0]!] : drawn
}
