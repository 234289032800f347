import { createHmac } from 'node:crypto'
import type { Question, Step } from '#server/courses/exercises.ts'

export type Aliased = Readonly<{
  /** The question as one attempt shows it: choices in an order of its own, under ids that mean nothing elsewhere. */
  question: Question
  /** An answer given in those ids, in the author's own. */
  real: (answer: unknown) => unknown
}>

/** The seed is kept with the attempt, so the same page comes back at every visit and no key travels with it. */
export function underAliases(question: Question, seed: string): Aliased {
  const ids = new Map<string, string>()
  const aliased = <T extends { readonly id: string }>(item: T): T => {
    const alias = createHmac('sha256', seed).update(item.id).digest('hex').slice(0, 10)
    ids.set(alias, item.id)
    return { ...item, id: alias }
  }
  const shuffled = <T extends { readonly id: string }>(items: readonly T[]): T[] =>
    items.map(aliased).sort((a, b) => (a.id < b.id ? -1 : 1))
  return { question: renamed(question, aliased, shuffled), real: (answer) => inRealIds(answer, ids) }
}

function renamed(
  question: Question,
  aliased: <T extends { readonly id: string }>(item: T) => T,
  shuffled: <T extends { readonly id: string }>(items: readonly T[]) => T[],
): Question {
  switch (question.type) {
    case 'single':
    case 'multiple':
      return { ...question, choices: shuffled(question.choices) }
    case 'true-false':
      return question
    case 'order':
      // The right order stays here, for marking; the page shows the items shuffled.
      return { ...question, items: question.items.map(aliased) }
    case 'match':
      return { ...question, pairs: shuffled(question.pairs) }
    case 'sort':
      return { ...question, items: shuffled(question.items) }
    case 'scenario': {
      const steps = new Map<string, Step>()
      for (const [id, step] of question.steps) steps.set(id, { ...step, choices: shuffled(step.choices) })
      return { ...question, steps }
    }
  }
}

function inRealIds(answer: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof answer === 'string') return ids.get(answer) ?? answer
  if (Array.isArray(answer)) return answer.map((part) => inRealIds(part, ids))
  if (answer && typeof answer === 'object')
    return Object.fromEntries(
      Object.entries(answer).map(([key, value]) => [ids.get(key) ?? key, inRealIds(value, ids)]),
    )
  return answer
}
