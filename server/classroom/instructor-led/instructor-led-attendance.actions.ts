import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { insertOutsideTraining, supersedeOutsideTraining } from '#server/training/outside.actions.ts'
import type { OutsideEntry } from '#server/training/outside-form.ts'
import {
  type LedSession,
  listRegistrations,
  lockLedSession,
  type Registration,
} from './instructor-led.queries.ts'
import { type Attendance, attendanceRefusal, isCredited } from './instructor-led-session.ts'

export type Recorded = Attendance & Readonly<{ registration_id: number; reason: string }>

type AttendanceAnswer = { kind: 'done' } | { kind: 'refused'; message: string } | { kind: 'not-found' }

/**
 * Records attendance for one or many people. Credit is recorded as outside training linked to the session, which an
 * administrator who did not record it accepts or declines. A correction is a new row that gives or removes credit.
 */
export async function recordAttendance(
  db: Database,
  viewer: Viewer,
  sessionId: string,
  entries: readonly Recorded[],
  now: Date,
): Promise<AttendanceAnswer> {
  return writeEvidence(db, async (trx): Promise<AttendanceAnswer> => {
    const session = await lockLedSession(trx, viewer, sessionId)
    if (!session) return { kind: 'not-found' }
    const refusal = attendanceRefusal(session, now)
    if (refusal) return { kind: 'refused', message: refusal }
    const registrations = new Map((await listRegistrations(trx, session.id)).map((one) => [one.id, one]))
    const known = entries.flatMap((entry) => {
      const registration = registrations.get(entry.registration_id)
      return registration ? [{ entry, registration }] : []
    })
    if (known.length < entries.length) return { kind: 'not-found' }
    const changes = known.filter(({ entry, registration }) => isNews(registration, entry))
    for (const change of changes) {
      const message = refusalOf(change, viewer)
      if (message) return { kind: 'refused', message }
    }
    for (const change of changes) await saveAttendance(trx, viewer, session, change, now)
    await refreshStandings(
      trx,
      changes.map(({ registration }) => registration.person_id),
      dayOf(now),
    )
    return { kind: 'done' }
  })
}

type Change = Readonly<{ entry: Recorded; registration: Registration }>

function refusalOf({ entry, registration }: Change, viewer: Viewer): string | null {
  const { name } = registration
  if (registration.person_id === viewer.id)
    return 'You can’t record your own attendance. Ask another organizer or the instructor.'
  if (registration.ended_at) return `${name} canceled the registration, so no attendance can be recorded.`
  if (registration.attendance.length > 0 && entry.reason === '')
    return `Enter a reason for changing the recorded attendance of ${name}.`
  return null
}

async function saveAttendance(
  trx: EvidenceTransaction,
  viewer: Viewer,
  session: LedSession,
  { entry, registration }: Change,
  now: Date,
): Promise<void> {
  const { id } = await trx
    .insertInto('instructor_led_attendance')
    .values({ ...entry, recorded_by: viewer.id, recorded_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { outcome, minutes_missed, reason } = entry
  const { person_id, training_id } = registration
  const is_credited = isCredited(entry, session)
  trx.record({
    kind: 'attendance-recorded',
    actor_id: viewer.id,
    subject: `person:${person_id}`,
    facts: { session_id: session.id, attendance_id: id, outcome, minutes_missed, reason, is_credited },
    at: now,
  })
  if (is_credited && !training_id) {
    const outside_training_id = await insertOutsideTraining(
      trx,
      viewer,
      person_id,
      creditEntry(session),
      null,
      now,
    )
    await trx
      .insertInto('instructor_led_credits')
      .values({ attendance_id: id, outside_training_id })
      .execute()
  }
  if (!is_credited && training_id)
    await supersedeOutsideTraining(
      trx,
      viewer,
      { id: training_id, person_id },
      `Attendance corrected: ${reason}`,
      now,
    )
}

function isNews({ attendance }: Registration, entry: Recorded): boolean {
  const last = attendance.at(-1)
  return last?.outcome !== entry.outcome || last.minutes_missed !== entry.minutes_missed
}

/** The session as an outside training entry. */
function creditEntry(session: LedSession): OutsideEntry {
  const last = session.meetings.at(-1)
  return {
    title: session.title,
    provider: session.provider,
    code: session.code || null,
    completed_on: dayOf(last ? last.ends_at : session.ends_at),
    hours: session.hours,
    topics: session.about,
    mastery: session.mastery,
    is_human_trafficking: session.is_human_trafficking,
    is_same_curriculum: false,
  }
}
