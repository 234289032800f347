import { type Day, parseDay } from '#server/lib/days.ts'

/** The “As of” day, and which record to read: as known now, or as known at the end of that day. */
export type Asked = Readonly<{ on: Day; asKnownOn: Day | null; typed: string; problem: string | null }>

export function askedDay(query: Readonly<{ on?: string; known?: string }>, today: Day): Asked {
  const typed = query.on?.trim() ?? ''
  const day = typed ? parseDay(typed) : today
  if (!day) return { on: today, asKnownOn: null, typed, problem: 'Enter a date like 3/15/2026.' }
  return { on: day, asKnownOn: query.known === 'then' ? day : null, typed, problem: null }
}
