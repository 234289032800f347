import { type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { periodWords, type RecordedPeriod } from '#server/programs/recorded-period.ts'

/** A recorded period of direct contact or leave. Corrections keep its `period_id` and change its `row_id`. */
export type Period = RecordedPeriod & Readonly<{ row_id: string; period_id: string; from_at: string | null }>

export type PeriodKind = 'contact' | 'leave'

export const periodNames: Readonly<Record<PeriodKind, string>> = { contact: 'Direct contact', leave: 'Leave' }

/** Two periods may share one day, on which the first ends and the second begins. */
export function overlaps(a: RecordedPeriod, b: RecordedPeriod): boolean {
  const [first, second] = a.from_on <= b.from_on ? [a, b] : [b, a]
  return first.from_on === second.from_on || first.to_on === null || second.from_on < first.to_on
}

/** Why a period conflicts with its assignment or the other periods, or null. */
export function periodProblem(
  kind: PeriodKind,
  period: RecordedPeriod,
  assignment: Readonly<{ hired_on: Day; separated_on: Day | null }>,
  others: readonly RecordedPeriod[],
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
      message: `${name} can’t continue after the last day of work, ${formatDay(separated_on)}.`,
    }
  const other = others.find((one) => overlaps(one, period))
  if (other)
    return {
      field: 'from_on',
      message: `This overlaps the ${name.toLowerCase()} on record, ${periodWords(other)}.`,
    }
  return null
}

/** Periods that a separation shortens or removes: those open or continuing after the last day of work. */
export function periodsCutAt<T extends RecordedPeriod>(
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
