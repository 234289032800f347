import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'

export type Meeting = Readonly<{ starts_at: string; ends_at: string }>

/** What registering, waiting and attending ask of a session. */
export type Announced = Readonly<{
  starts_at: Date
  ends_at: Date
  closes_at: Date
  meetings: readonly Meeting[]
  minutes_may_miss: number
  cancelled: Readonly<{ reason: string }> | null
}>

/** Why nobody can register now, in words; null where they can. */
export function registrationRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return `This session was cancelled: ${session.cancelled.reason}`
  if (now > session.ends_at) return 'This session is over.'
  if (now > session.closes_at) return `Registration closed on ${moment(session.closes_at)}.`
  return null
}

/** Why somebody can't give their place back now, in words; null where they can. */
export function withdrawalRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return `This session was cancelled: ${session.cancelled.reason}`
  return now < session.starts_at
    ? null
    : 'This session has begun, so its registrations stand. The trainer records who was there.'
}

/** Why its organiser can't change or cancel it any more, in words; null where they can. */
export function changeRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return 'This session is cancelled. Publish another one in its place.'
  return now < session.starts_at ? null : 'This session has begun, so what was announced stays as it is.'
}

/** Why attendance can't be recorded yet, in words; null where it can. */
export function attendanceRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return 'This session was cancelled, so nobody attended it.'
  const last = new Date(session.meetings.at(-1)?.starts_at ?? session.starts_at)
  if (now >= last) return null
  return session.meetings.length > 1
    ? `Record attendance when the last meeting has begun: ${moment(last)}.`
    : `Record attendance when the session has begun: ${moment(last)}.`
}

/** Who of those that wait, in their order, moves up into the places that are free. */
export const movingUp = <Waiting>(
  places: number,
  taken: number,
  waiting: readonly Waiting[],
): readonly Waiting[] => waiting.slice(0, Math.max(0, places - taken))

export type Attendance = Readonly<{ outcome: 'present' | 'absent'; minutes_missed: number }>

/** Credit is whole or none: who was absent, or missed more minutes than the session allows, has none. */
export const isCredited = (
  { outcome, minutes_missed }: Attendance,
  { minutes_may_miss }: Pick<Announced, 'minutes_may_miss'>,
): boolean => outcome === 'present' && minutes_missed <= minutes_may_miss

/** The rule as people read it before they register. */
export const missingRule = (minutes: number): string =>
  minutes === 0
    ? 'Who misses a part of it gets no credit.'
    : `Who misses more than ${minutes} minutes gets no credit.`

/** The hours of the meetings together, in quarters. */
export const hoursOf = (meetings: readonly Meeting[]): number =>
  Math.round(
    meetings.reduce((sum, { starts_at, ends_at }) => sum + Date.parse(ends_at) - Date.parse(starts_at), 0) /
      900_000,
  ) / 4

/** "October 6, 2026, 9:00 AM to 12:00 PM Central time" */
export const meetingWords = ({ starts_at, ends_at }: Meeting): string =>
  `${formatDay(dayOf(starts_at))}, ${formatTime(starts_at).replace(' Central time', '')} to ${formatTime(ends_at)}`

const moment = (at: Date) => `${formatDay(dayOf(at))}, ${formatTime(at)}`
