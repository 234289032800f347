import { type Day, formatDay } from '#server/lib/days.ts'

/** 'from May 1, 2025 on', 'from May 1, 2025 through June 3, 2025' */
export function periodWords(from: Day, to: Day | null): string {
  return to === null ? `from ${formatDay(from)} on` : `from ${formatDay(from)} through ${formatDay(to)}`
}

/** '; its last day is June 3, 2025', for a period whose first day is not on file. */
export function endWords(to: Day | null): string {
  return to === null ? '' : `; its last day is ${formatDay(to)}`
}
