import { type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'

export type Stretch = Readonly<{ from_on: Day; to_on: Day | null }>

/** A stretch of direct contact or of leave on record; `period_id` stays the same through corrections, `row_id` does not. */
export type Period = Stretch & Readonly<{ row_id: string; period_id: string; from_at: string | null }>

export type PeriodKind = 'contact' | 'leave'

export const periodNames: Readonly<Record<PeriodKind, string>> = { contact: 'Direct contact', leave: 'Leave' }

/** '…, March 3, 2025 to June 1, 2025' or '… since March 3, 2025' */
export const stretchWords = ({ from_on, to_on }: Stretch): string =>
  to_on === null ? `since ${formatDay(from_on)}` : `${formatDay(from_on)} to ${formatDay(to_on)}`

/** Two stretches may share a day, on which one ends and the next begins, and no more. */
export function overlaps(a: Stretch, b: Stretch): boolean {
  const [first, second] = a.from_on <= b.from_on ? [a, b] : [b, a]
  return first.from_on === second.from_on || first.to_on === null || second.from_on < first.to_on
}

/** Why a period can't stand beside the others of its assignment; null where it can. */
export function periodProblem(
  kind: PeriodKind,
  period: Stretch,
  assignment: Readonly<{ hired_on: Day; separated_on: Day | null }>,
  others: readonly Stretch[],
): Problem | null {
  const name = periodNames[kind]
  const { from_on, to_on } = period
  const { hired_on, separated_on } = assignment
  if (to_on !== null && to_on < from_on)
    return {
      field: 'to_on',
      message: `The last day, ${formatDay(to_on)}, is before the first, ${formatDay(from_on)}.`,
    }
  if (from_on < hired_on)
    return {
      field: 'from_on',
      message: `${name} can’t begin before the day of hire, ${formatDay(hired_on)}.`,
    }
  if (separated_on !== null && from_on > separated_on)
    return {
      field: 'from_on',
      message: `${name} can’t begin after the last day of work, ${formatDay(separated_on)}.`,
    }
  if (separated_on !== null && to_on !== null && to_on > separated_on)
    return {
      field: 'to_on',
      message: `${name} can’t go on after the last day of work, ${formatDay(separated_on)}.`,
    }
  const other = others.find((one) => overlaps(one, period))
  if (other)
    return { field: 'from_on', message: `${name} ${stretchWords(other)} is on record, and the two overlap.` }
  return null
}

/** Periods that a separation ends or takes away: the ones still open or going on past the last day of work. */
export function periodsCutAt<T extends Stretch>(
  periods: readonly T[],
  separatedOn: Day,
): Readonly<{ ended: readonly T[]; removed: readonly T[] }> {
  const beyond = periods.filter(({ to_on }) => to_on === null || to_on > separatedOn)
  return {
    ended: beyond
      .filter(({ from_on }) => from_on <= separatedOn)
      .map((period) => ({ ...period, to_on: separatedOn })),
    removed: beyond.filter(({ from_on }) => from_on > separatedOn),
  }
}
