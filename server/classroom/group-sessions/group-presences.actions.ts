import type { Transaction } from 'kysely'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { noteActivity, startCourse } from '#server/learning/enrollments.actions.ts'
import { markTakenInGroup } from '#server/learning/group-lessons.actions.ts'
import { minutesInRoom } from '#server/learning/group-lessons.ts'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import {
  confirmRefusal,
  type GroupEnd,
  isConfirmed,
  joinRefusal,
  leftOf,
  type Presence,
} from './group-session.ts'
import { findPresence, type GroupSession, listPresences } from './group-sessions.queries.ts'
import { plannedMinutes } from './group-text.ts'
import { done, type GroupAnswer, inTurn, refused } from './group-turns.actions.ts'

/** Adds the person to the session. Joining twice changes nothing. */
export async function joinGroupSession(
  db: Database,
  viewer: Viewer,
  session: GroupSession,
  now: Date,
): Promise<GroupAnswer> {
  return inTurn(db, session, async (trx, end) => {
    if (await findPresence(trx, session.id, viewer.id)) return done
    const refusal = joinRefusal({ ...session, end }, now)
    if (refusal) return refused(refusal)
    if (viewer.id === session.facilitator_id)
      return refused(
        'You lead this session, so you don’t get credit for attending it. Take the lessons on your own.',
      )
    await trx
      .insertInto('group_presences')
      .values({ session_id: session.id, person_id: viewer.id, joined_at: now })
      .execute()
    return done
  })
}

/**
 * The person confirms their own attendance. This starts the course if they are not taking it. The lessons are
 * marked when the session is closed, or immediately if it is closed already.
 */
export async function confirmPresence(
  db: Database,
  catalogue: Catalogue,
  viewer: Viewer,
  session: GroupSession,
  now: Date,
): Promise<GroupAnswer> {
  const course = catalogue.courses.get(session.course)
  // Before the transaction: two transactions that store the same text would wait for each other's commit.
  if (course) await noteText(db, course.current)
  const answer = await inTurn(db, session, async (trx, end) => {
    const presence = await findPresence(trx, session.id, viewer.id)
    if (!presence) return refused('Join the session before you confirm.')
    if (isConfirmed(presence)) return done
    const refusal = confirmRefusal({ ...session, end }, now)
    if (refusal) return refused(refusal)
    await insertAct(trx, presence, { act: 'confirmed', reason: '', acted_by: viewer.id }, now)
    if (course) await startCourse(trx, viewer, course.current)
    trx.record({
      kind: 'group-presence-confirmed',
      actor_id: viewer.id,
      subject: `person:${viewer.id}`,
      facts: {
        session_id: session.id,
        presence_id: presence.id,
        program_id: session.program_id,
        course: session.course,
        version: session.version,
        content_hash: session.content_hash,
        module: session.module,
        facilitator_id: session.facilitator_id,
        joined_at: presence.joined_at.toISOString(),
      },
      at: now,
    })
    if (end?.outcome === 'held' && !leftOf(presence))
      await markLessons(trx, { ...session, end }, presence, viewer.id, now, catalogue)
    return done
  })
  if (answer.kind === 'done') await noteActivity(db, viewer, dayOf(now))
  return answer
}

type PresenceCorrection = Readonly<{ presence_id: string; act: 'left' | 'stayed'; reason: string }>

/** Adds an entry that someone left before the end, or that this was a mistake, with a reason. */
export async function correctPresence(
  db: Database,
  catalogue: Catalogue,
  viewer: Viewer,
  session: GroupSession,
  { presence_id, act, reason }: PresenceCorrection,
  now: Date,
): Promise<GroupAnswer | { kind: 'absent' }> {
  return inTurn(db, session, async (trx, end) => {
    const presence = (await listPresences(trx, session.id)).find(({ id }) => id === presence_id)
    if (!presence) return { kind: 'absent' }
    if (presence.person_id === viewer.id)
      return refused('You can’t change your own attendance. Ask another supervisor of this program.')
    if (reason === '')
      return refused(`Enter a reason, so that ${presence.name} and others can understand the change.`)
    if (Boolean(leftOf(presence)) === (act === 'left')) return done
    await insertAct(trx, presence, { act, reason, acted_by: viewer.id }, now)
    trx.record({
      kind: 'group-presence-corrected',
      actor_id: viewer.id,
      subject: `person:${presence.person_id}`,
      facts: { session_id: session.id, presence_id: presence.id, act, reason },
      at: now,
    })
    if (act === 'stayed' && end?.outcome === 'held' && isConfirmed(presence))
      await markLessons(trx, { ...session, end }, presence, viewer.id, now, catalogue)
    return done
  })
}

const insertAct = (
  trx: Transaction<DB>,
  presence: Presence,
  act: Readonly<{ act: 'confirmed' | 'left' | 'stayed'; reason: string; acted_by: string }>,
  now: Date,
) =>
  trx
    .insertInto('group_presence_changes')
    .values({ ...act, presence_id: presence.id, person_id: presence.person_id, acted_at: now })
    .execute()

/** The lessons that the person took part in count as read. */
export const markLessons = (
  trx: EvidenceTransaction,
  session: GroupSession & Readonly<{ end: GroupEnd }>,
  presence: Presence,
  actorId: string,
  now: Date,
  catalogue: Catalogue,
) => {
  const { id, course, version, content_hash, module, starts_at, end } = session
  const time = {
    minutes: minutesInRoom(starts_at, presence.joined_at, end.ended_at),
    planned: plannedMinutes(catalogue, session),
  }
  return markTakenInGroup(
    trx,
    {
      session_id: id,
      presence_id: presence.id,
      person_id: presence.person_id,
      time,
      ...{ course, version, content_hash, module },
    },
    actorId,
    now,
  )
}
