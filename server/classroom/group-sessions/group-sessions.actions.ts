import { randomInt } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Catalogue, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { noteActivity, startCourse } from '#server/learning/actions.ts'
import { markTakenInGroup } from '#server/learning/group-lessons.actions.ts'
import { minutesInRoom } from '#server/learning/group-lessons.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import {
  confirmRefusal,
  type GroupEnd,
  isConfirmed,
  isCounted,
  joinCode,
  joinRefusal,
  leftOf,
  type Presence,
} from './group-session.ts'
import { findPresence, type GroupSession, listPresences } from './group-sessions.queries.ts'
import { plannedMinutes } from './group-text.ts'

export type GroupEntry = Readonly<{
  program_id: string
  module: string
  place: string
  starts_at: Date
  facilitator_id: string
}>

/** Creates a session for one module of a course version, with a join code. */
export async function openGroupSession(
  db: Database,
  viewer: Viewer,
  entry: GroupEntry,
  course: CourseVersion,
  now: Date,
): Promise<string> {
  await noteText(db, course)
  for (;;) {
    const opened = await db
      .insertInto('group_sessions')
      .values({
        ...entry,
        course: course.slug,
        version: course.version,
        content_hash: course.hash,
        code: joinCode(() => randomInt(2 ** 32) / 2 ** 32),
        opened_by: viewer.id,
        opened_at: now,
      })
      // If the code is taken (1 in 300 million), another one is drawn.
      .onConflict((conflict) => conflict.column('code').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (opened) return opened.id
  }
}

export type GroupAnswer = { kind: 'done' } | { kind: 'refused'; message: string }

const done = { kind: 'done' } as const
const refused = (message: string) => ({ kind: 'refused', message }) as const

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

/** Closes the session, which gives credit for what it had time for to everyone who confirmed, or cancels it with a reason, which gives none. */
export async function endGroupSession(
  db: Database,
  catalogue: Catalogue,
  viewer: Viewer,
  session: GroupSession,
  outcome: GroupEnd['outcome'],
  reason: string,
  now: Date,
): Promise<GroupAnswer> {
  return inTurn(db, session, async (trx, end) => {
    if (end) return done
    if (outcome === 'called-off' && reason === '')
      return refused('Enter a reason. The people who joined see it.')
    if (outcome === 'held' && now < session.starts_at)
      return refused('This session has not started yet. Cancel it if it won’t take place.')
    await trx
      .insertInto('group_session_ends')
      .values({ session_id: session.id, outcome, reason, ended_by: viewer.id, ended_at: now })
      .execute()
    const counted = outcome === 'held' ? (await listPresences(trx, session.id)).filter(isCounted) : []
    // In a fixed order, so that two sessions closed at once never deadlock.
    counted.sort((a, b) => (a.person_id < b.person_id ? -1 : 1))
    trx.record({
      kind: 'group-session-ended',
      actor_id: viewer.id,
      subject: `group-session:${session.id}`,
      facts: {
        outcome,
        reason,
        program_id: session.program_id,
        course: session.course,
        version: session.version,
        content_hash: session.content_hash,
        module: session.module,
        facilitator_id: session.facilitator_id,
        starts_at: session.starts_at.toISOString(),
        counted: counted.map(({ person_id }) => person_id),
      },
      at: now,
    })
    const ended = { ...session, end: { outcome, reason, ended_at: now } }
    for (const presence of counted) await markLessons(trx, ended, presence, viewer.id, now, catalogue)
    return done
  })
}

/** Adds an entry that someone left before the end, or that this was a mistake, with a reason. */
export async function correctPresence(
  db: Database,
  catalogue: Catalogue,
  viewer: Viewer,
  session: GroupSession,
  presenceId: string,
  act: 'left' | 'stayed',
  reason: string,
  now: Date,
): Promise<GroupAnswer | { kind: 'absent' }> {
  return inTurn(db, session, async (trx, end) => {
    const presence = (await listPresences(trx, session.id)).find(({ id }) => id === presenceId)
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

/** Changes of a session take turns; each sees the result of the one before. */
function inTurn<Answer>(
  db: Database,
  session: GroupSession,
  change: (trx: EvidenceTransaction, end: GroupEnd | null) => Promise<Answer>,
): Promise<Answer> {
  return writeEvidence(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`group-session:${session.id}`}))`.execute(trx)
    const end = await trx
      .selectFrom('group_session_ends')
      .select(['outcome', 'reason', 'ended_at'])
      .where('session_id', '=', session.id)
      .executeTakeFirst()
    return change(trx, (end as GroupEnd | undefined) ?? null)
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

const markLessons = (
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
