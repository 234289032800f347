import { type Day, parseDay } from '#server/lib/days.ts'
import type { Review } from './review.queries.ts'

/** The “As of” day of a page, and which record it reads: as known now, or as known at the end of that day. */
export type ReviewDay = Readonly<{ on: Day; asKnownOn: Day | null; typed: string; problem: string | null }>

/** People are shown only in an open review. */
export const closedPage = (review: Review) => ({ title: `Review ${review.number} is closed`, review })

/** The page's day for its links. Empty for today, as known now. */
export const dayQuery = ({ on, asKnownOn, typed, problem }: ReviewDay): string =>
  typed && !problem ? `?${new URLSearchParams({ on, ...(asKnownOn ? { known: 'then' } : {}) })}` : ''

export function reviewDay(query: Readonly<{ on?: string; known?: string }>, today: Day): ReviewDay {
  const typed = query.on?.trim() ?? ''
  const day = typed ? parseDay(typed) : today
  if (!day)
    return {
      on: today,
      asKnownOn: null,
      typed,
      problem: `“${typed}” is not a day we can read. Write it like 3/15/2025.`,
    }
  return { on: day, asKnownOn: query.known === 'then' ? day : null, typed, problem: null }
}
