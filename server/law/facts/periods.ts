import { addDays, compareDays, type Day, daysBetween, earlierOf, laterOf } from '#server/lib/days.ts'

/** A stretch of days: both ends belong to it; `to` is null where no end is known. */
export type Span = { readonly from: Day; readonly to: Day | null }

/** Sorted, and touching or overlapping stretches joined. */
export function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = []
  for (const span of [...spans].sort((a, b) => compareDays(a.from, b.from))) {
    const last = result.at(-1)
    if (last && (last.to === null || span.from <= addDays(last.to, 1)))
      result[result.length - 1] = { from: last.from, to: laterEnd(last.to, span.to) }
    else result.push(span)
  }
  return result
}

/** The days that are in both. */
export function overlap(a: readonly Span[], b: readonly Span[]): readonly Span[] {
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

/** The days of `spans` that are in none of `taken`. */
export function without(spans: readonly Span[], taken: readonly Span[]): readonly Span[] {
  return taken.reduce<readonly Span[]>(
    (left, cut) =>
      left.flatMap((span) => {
        if (cut.from > (span.to ?? cut.from) || (cut.to !== null && cut.to < span.from)) return [span]
        const parts: Span[] = []
        if (span.from < cut.from) parts.push({ from: span.from, to: addDays(cut.from, -1) })
        if (cut.to !== null && (span.to === null || cut.to < span.to))
          parts.push({ from: addDays(cut.to, 1), to: span.to })
        return parts
      }),
    joined(spans),
  )
}

export function holds(span: Span, day: Day): boolean {
  return span.from <= day && (span.to === null || day <= span.to)
}

export function covers(spans: readonly Span[], day: Day): boolean {
  return spans.some((span) => holds(span, day))
}

/** How many days; every span must have its end. */
export function countDays(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + (span.to === null ? 0 : daysBetween(span.from, span.to) + 1), 0)
}

/** Two ends, of which null is the latest. */
function earlierEnd(a: Day | null, b: Day | null): Day | null {
  return a === null || b === null ? (a ?? b) : earlierOf(a, b)
}

function laterEnd(a: Day | null, b: Day | null): Day | null {
  return a === null || b === null ? null : laterOf(a, b)
}
