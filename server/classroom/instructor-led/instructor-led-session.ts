import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'

export type Meeting = Readonly<{ starts_at: string; ends_at: string }>

/** The parts of a session that decide whether people can register, cancel or attend. */
type Announced = Readonly<{
  starts_at: Date
  ends_at: Date
  closes_at: Date
  meetings: readonly Meeting[]
  minutes_may_miss: number
  cancelled: Readonly<{ reason: string }> | null
}>

/** Why no one can register now, or null. */
export function registrationRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return `This session was canceled: ${session.cancelled.reason}`
  if (now > session.ends_at) return 'This session is over.'
  if (now > session.closes_at) return `Registration closed on ${moment(session.closes_at)}.`
  return null
}

/** Why registrations can't be canceled now, or null. */
export function withdrawalRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return `This session was canceled: ${session.cancelled.reason}`
  return now < session.starts_at
    ? null
    : 'This session has started, so you can’t cancel your registration. The instructor records attendance.'
}

/** Why the organizer can't edit or cancel it anymore, or null. */
export function changeRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return 'This session is canceled. Publish a new one instead.'
  return now < session.starts_at ? null : 'This session has started, so you can’t edit or cancel it.'
}

/** Why attendance can't be recorded yet, or null. */
export function attendanceRefusal(session: Announced, now: Date): string | null {
  if (session.cancelled) return 'This session was canceled, so there is no attendance to record.'
  const last = new Date(session.meetings.at(-1)?.starts_at ?? session.starts_at)
  if (now >= last) return null
  return session.meetings.length > 1
    ? `You can record attendance once the last meeting has started: ${moment(last)}.`
    : `You can record attendance once the session has started: ${moment(last)}.`
}

/** The people on the waiting list who get the free places, in order. */
export const movingUp = <Waiting>(
  places: number,
  taken: number,
  waiting: readonly Waiting[],
): readonly Waiting[] => waiting.slice(0, Math.max(0, places - taken))

export type Attendance = Readonly<{ outcome: 'present' | 'absent'; minutes_missed: number }>

/** Credit is all or nothing: anyone absent, or who missed more minutes than the session allows, gets none. */
export const isCredited = (
  { outcome, minutes_missed }: Attendance,
  { minutes_may_miss }: Pick<Announced, 'minutes_may_miss'>,
): boolean => outcome === 'present' && minutes_missed <= minutes_may_miss

/** The credit rule that people see before they register. */
export const missingRule = (minutes: number): string =>
  minutes === 0
    ? 'You get credit only if you attend the whole session.'
    : `You get no credit if you miss more than ${minutes} minutes.`

/** The total hours of all meetings, rounded to quarter hours. */
export const hoursOf = (meetings: readonly Meeting[]): number =>
  Math.round(
    meetings.reduce((sum, { starts_at, ends_at }) => sum + Date.parse(ends_at) - Date.parse(starts_at), 0) /
      900_000,
  ) / 4

/** "October 6, 2026, 9:00 AM to 12:00 PM Central time" */
export const meetingWords = ({ starts_at, ends_at }: Meeting): string =>
  `${formatDay(dayOf(starts_at))}, ${formatTime(starts_at).replace(' Central time', '')} to ${formatTime(ends_at)}`

const moment = (at: Date) => `${formatDay(dayOf(at))}, ${formatTime(at)}`
