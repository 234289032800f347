import { randomInt } from 'node:crypto'
import type { Catalogue, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import type { Database } from '#server/db/connection.ts'
import type { Viewer } from '#server/people/roles.ts'
import { markLessons } from './group-presences.actions.ts'
import { type GroupEnd, isCounted, joinCode } from './group-session.ts'
import { type GroupSession, listPresences } from './group-sessions.queries.ts'
import { done, type GroupAnswer, inTurn, refused } from './group-turns.actions.ts'

type GroupEntry = Readonly<{
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

/** Closes the session, which gives credit for what it had time for to everyone who confirmed, or cancels it with a reason, which gives none. */
export async function endGroupSession(
  db: Database,
  catalogue: Catalogue,
  viewer: Viewer,
  session: GroupSession,
  { outcome, reason }: Pick<GroupEnd, 'outcome' | 'reason'>,
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
