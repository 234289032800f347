import { addDays, compareDays, type Day, daysBetween, earlierOf, laterOf } from '#server/lib/days.ts'

/** A period of days: both ends belong to it; `to` is null where no end is known. */
export type Period = { readonly from: Day; readonly to: Day | null }

/** Sorted, and touching or overlapping periods joined. */
export function joined(periods: readonly Period[]): readonly Period[] {
  const result: Period[] = []
  for (const period of [...periods].sort((a, b) => compareDays(a.from, b.from))) {
    const last = result.at(-1)
    if (last && (last.to === null || period.from <= addDays(last.to, 1)))
      result[result.length - 1] = { from: last.from, to: laterEnd(last.to, period.to) }
    else result.push(period)
  }
  return result
}

/** The days that are in both. */
export function overlap(a: readonly Period[], b: readonly Period[]): readonly Period[] {
  return joined(
    a.flatMap((one) =>
      b.flatMap((two) => {
        const from = laterOf(one.from, two.from)
        const to = earlierEnd(one.to, two.to)
        return to === null || from <= to ? [{ from, to }] : []
      }),
    ),
  )
}

/** The days of `periods` that are in none of `taken`. */
export function without(periods: readonly Period[], taken: readonly Period[]): readonly Period[] {
  return taken.reduce<readonly Period[]>(
    (left, cut) =>
      left.flatMap((period) => {
        if (cut.from > (period.to ?? cut.from) || (cut.to !== null && cut.to < period.from)) return [period]
        const parts: Period[] = []
        if (period.from < cut.from) parts.push({ from: period.from, to: addDays(cut.from, -1) })
        if (cut.to !== null && (period.to === null || cut.to < period.to))
          parts.push({ from: addDays(cut.to, 1), to: period.to })
        return parts
      }),
    joined(periods),
  )
}

export function holds(period: Period, day: Day): boolean {
  return period.from <= day && (period.to === null || day <= period.to)
}

export function covers(periods: readonly Period[], day: Day): boolean {
  return periods.some((period) => holds(period, day))
}

/** How many days; every period must have its end. */
export function countDays(periods: readonly Period[]): number {
  return periods.reduce(
    (sum, period) => sum + (period.to === null ? 0 : daysBetween(period.from, period.to) + 1),
    0,
  )
}

/** Two ends, of which null is the latest. */
function earlierEnd(a: Day | null, b: Day | null): Day | null {
  return a === null || b === null ? (a ?? b) : earlierOf(a, b)
}

function laterEnd(a: Day | null, b: Day | null): Day | null {
  return a === null || b === null ? null : laterOf(a, b)
}
