import { dayOf, formatDay } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { LedSession, Registration } from './instructor-led.queries.ts'
import {
  attendanceRefusal,
  changeRefusal,
  isCredited,
  meetingWords,
  missingRule,
  registrationRefusal,
  withdrawalRefusal,
} from './instructor-led-session.ts'

const placesWords = ({ places, taken, waiting }: Pick<LedSession, 'places' | 'taken' | 'waiting'>) => {
  const left = places - taken
  if (left > 0) return left === 1 ? '1 place left' : `${left} places left`
  return waiting === 0 ? 'Full, waiting list open' : `Full, ${waiting} waiting`
}

/** A session as one line of a list. */
export const ledLine = (session: LedSession) => ({
  ...session,
  href: `/sessions/${session.id}`,
  when:
    session.meetings.length > 1
      ? `${session.meetings.length} meetings from ${formatDay(dayOf(session.starts_at))} to ${formatDay(dayOf(session.ends_at))}`
      : meetingWords(session.meetings[0]!),
  placesWords: placesWords(session),
  standing: standingOf(session),
})

/** The status of the viewer's registration, or null if they have none. */
function standingOf({ own, cancelled }: Pick<LedSession, 'own' | 'cancelled'>) {
  if (!own) return null
  if (cancelled) return { word: 'Canceled', tone: 'caution' } as const
  return own.has_place
    ? ({ word: 'You have a place', tone: 'good' } as const)
    : ({ word: `Number ${own.before + 1} on the waiting list`, tone: 'quiet' } as const)
}

const isOrganizer = (viewer: Viewer | null, { program_id }: Pick<LedSession, 'program_id'>): boolean =>
  viewer !== null &&
  (program_id === null ? hasRole(viewer, 'system_admin') : viewer.trained_program_ids.includes(program_id))

/** A session's page, for people who can see it. */
export function ledPage(
  session: LedSession,
  registration: Registration | null,
  viewer: Viewer | null,
  now: Date,
) {
  const organizes = isOrganizer(viewer, session)
  const last = registration?.attendance.at(-1) ?? null
  return {
    title: session.title,
    session,
    line: ledLine(session),
    meetings: session.meetings.map(meetingWords),
    rule: missingRule(session.minutes_may_miss),
    isClosed: registrationRefusal(session, now),
    canWithdraw: session.own !== null && withdrawalRefusal(session, now) === null,
    /** Only people with a place get the link. */
    link: session.own?.has_place || organizes || viewer?.id === session.instructor_id ? session.link : '',
    organizes,
    leads: organizes || (viewer !== null && viewer.id === session.instructor_id),
    changeRefusal: changeRefusal(session, now),
    attended: last && {
      words:
        last.outcome === 'absent'
          ? 'You are recorded as absent.'
          : isCredited(last, session)
            ? 'You are recorded as present.'
            : `You are recorded as present, but you missed ${last.minutes_missed} minutes. That is too many to get credit.`,
      training: registration?.training_id ?? null,
    },
  }
}

const attendanceWords = ({ outcome, minutes_missed }: { outcome: string; minutes_missed: number }) =>
  outcome === 'absent' ? 'Absent' : minutes_missed === 0 ? 'Present' : `Present, missed ${minutes_missed} min`

/** The organizer's and instructor's page: registrations, waiting list and attendance. */
export function attendancePage(session: LedSession, registrations: readonly Registration[], now: Date) {
  const rows = registrations.map((one) => {
    const last = one.attendance.at(-1) ?? null
    return {
      ...one,
      last,
      words: last && attendanceWords(last),
      isCredited: last ? isCredited(last, session) : false,
      state: one.ended_at ? 'canceled' : one.given_at ? 'place' : 'waiting',
    }
  })
  return {
    title: 'Registrations and attendance',
    session,
    line: ledLine(session),
    rule: missingRule(session.minutes_may_miss),
    refusal: attendanceRefusal(session, now),
    rows,
    open: rows.filter(({ last, ended_at }) => !last && !ended_at),
    recorded: rows.filter(({ last }) => last),
    gone: rows.filter(({ ended_at }) => ended_at),
  }
}
