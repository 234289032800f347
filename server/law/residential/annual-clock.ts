import type { Credit } from '#server/law/facts/evidence.ts'
import type { Settings } from '#server/law/facts/settings.ts'
import { addYears, type Day, lastDayOfMonth } from '#server/lib/days.ts'

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

/** The turns from the initial training on; `credits` by day, the initial first. A renewal is in time where it is held in time. */
export function annualTurns(credits: readonly Credit[], anchor: Settings['annual_anchor']): readonly Turn[] {
  const turns: Turn[] = []
  // Where the month is kept, one training counts a cycle: the cycle at hand begins after this day.
  let cycleBegan: Day = ''
  for (const credit of credits) {
    const metDue = turns.at(-1)?.due ?? null
    const keeps = anchor === 'keep-month' && metDue !== null && credit.held <= metDue
    if (!keeps) {
      turns.push({ credit, metDue, due: annualDue(credit.day) })
      cycleBegan = lastDayOfMonth(credit.day)
    } else if (credit.day > cycleBegan) {
      turns.push({ credit, metDue, due: annualDue(metDue) })
      cycleBegan = metDue
    } else turns.push({ credit, metDue, due: metDue })
  }
  return turns
}
