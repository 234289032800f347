import ical, { ICalCalendarMethod } from 'ical-generator'
import type { Day } from '#server/lib/days.ts'

/** A date by which training is due, by the law or by a program's own requirement; for a team, how many people it concerns. */
export type DueDate = Readonly<{ id: string; on: Day; people: number | null; by: 'law' | 'program' }>

export type SessionTime = Readonly<{ id: string; session_id: string; starts_at: Date; ends_at: Date }>

/**
 * An iCalendar file. Calendars are copied to phones and shown on lock screens, so it names no course, program or person:
 * the link leads to the details.
 */
export function calendarFile(
  { dates, sessions }: Readonly<{ dates: readonly DueDate[]; sessions: readonly SessionTime[] }>,
  baseUrl: string,
  now: Date,
): string {
  const host = new URL(baseUrl).hostname
  const calendar = ical({
    name: 'Work training',
    prodId: { company: 'Safe Harbor Training', product: 'Calendar', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: 6 * 3600,
  })
  for (const { id, on, people, by } of dates) {
    const what = by === 'law' ? 'Training due' : 'Training due for your program’s own requirement'
    calendar.createEvent({
      id: `${id}@${host}`,
      stamp: now,
      // A whole day has no time zone.
      start: new Date(`${on}T00:00:00Z`),
      timezone: 'UTC',
      allDay: true,
      summary: people === null ? what : `${what}: ${people === 1 ? '1 person' : `${people} people`}`,
      url: people === null ? `${baseUrl}/` : `${baseUrl}/team`,
    })
  }
  for (const { id, session_id, starts_at, ends_at } of sessions)
    calendar.createEvent({
      id: `session-${id}@${host}`,
      stamp: now,
      start: starts_at,
      end: ends_at,
      timezone: 'UTC',
      summary: 'Training session',
      url: `${baseUrl}/sessions/${session_id}`,
    })
  return calendar.toString()
}
