import type { Credit } from '#server/law/facts/evidence.ts'
import type { Settings } from '#server/law/facts/settings.ts'
import { addYears, type Day, daysBetween, lastDayOfMonth } from '#server/lib/days.ts'

/** One turn of the yearly clock: the completion that began it, and the date it sets for the next. */
export type Turn = {
  readonly credit: Credit
  /** The date that this completion had to meet; null for the first. */
  readonly metDue: Day | null
  readonly due: Day
}

/** The last day of the same month of the next year (R4). */
export function annualDue(completed: Day): Day {
  return lastDayOfMonth(addYears(completed, 1))
}

/** With `keep-month`, how many days before its date a renewal may come and keep the month (R5). */
export const keepMonthDays = 90

/** The turns from the initial training on; `credits` by day, the initial first. A renewal is in time where it is held in time. */
export function annualTurns(credits: readonly Credit[], anchor: Settings['annual_anchor']): readonly Turn[] {
  const turns: Turn[] = []
  for (const credit of credits) {
    const metDue = turns.at(-1)?.due ?? null
    const kept = anchor === 'keep-month' && metDue !== null && keepsMonth(credit, metDue)
    turns.push({ credit, metDue, due: annualDue(kept ? metDue : credit.day) })
  }
  return turns
}

/** An earlier renewal is counted from its own day, so that no one goes longer than 12 months and 90 days. */
export function keepsMonth({ day, held }: Credit, metDue: Day): boolean {
  return held <= metDue && daysBetween(day, metDue) <= keepMonthDays
}
