import type { RequirementId } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import type { Standing } from './answer-schema.ts'

export type RuleCode = `R${number}`

/** One sentence of an explanation, and the facts (by their refs) that it speaks of. */
export type Reason = {
  readonly kind: 'fact' | 'rule' | 'arithmetic' | 'interpretation' | 'missing' | 'next'
  readonly text: string
  readonly facts: readonly string[]
}

/** What the rules say of one requirement at one place on one day. */
export type Verdict = {
  readonly standing: Standing
  readonly due_on: Day | null
  readonly satisfied_on: Day | null
  readonly late_days: number
  /** Whether `late_days` still grows by the day, because nothing has ended it. */
  readonly late_running: boolean
  readonly rule: RuleCode
}

/** A verdict with where it is from and why. The sentences are only written when asked for. */
export type Finding = Verdict & {
  readonly requirement: RequirementId
  /** The id of the program, or for child protection of the agency. */
  readonly program: string
  readonly citation: string
  readonly reasons: () => readonly Reason[]
}

/** Whether it certainly rules out direct contact. A standing that is not known doesn’t. */
export function isShort({ standing }: Pick<Verdict, 'standing'>): boolean {
  return standing === 'due_before_contact' || standing === 'overdue' || standing === 'not_cleared'
}

export const fact = (text: string, ...facts: readonly string[]): Reason => ({ kind: 'fact', text, facts })
export const rule = (text: string): Reason => ({ kind: 'rule', text, facts: [] })
export const arithmetic = (text: string): Reason => ({ kind: 'arithmetic', text, facts: [] })
export const interpretation = (text: string): Reason => ({ kind: 'interpretation', text, facts: [] })
export const missing = (text: string, ...facts: readonly string[]): Reason => ({
  kind: 'missing',
  text,
  facts,
})
export const next = (text: string): Reason => ({ kind: 'next', text: `Next: ${text}`, facts: [] })

/** '1 day', '12 days' */
export function dayCount(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}
