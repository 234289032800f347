import { sql, type Transaction } from 'kysely'
import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { noteText } from '#server/courses/catalogue/texts.actions.ts'
import { findTextOutline } from '#server/courses/catalogue/texts.queries.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { findEnrollment, lockEnrollmentOf } from '#server/learning/progress/queries.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { keptOf, textState } from './moving.ts'

/**
 * Moves a learner to the current version: ends the old enrollment and starts a new one with everything that didn't change.
 * False if there was nothing to move, such as after a double click.
 */
export async function moveToCurrent(
  db: Database,
  viewer: Readonly<{ id: string }>,
  course: Course,
  now: Date,
): Promise<boolean> {
  const { current } = course
  // Before the transaction, or two transactions that store the same text would wait for each other.
  await noteText(db, current)
  return writeEvidence(db, async (trx) => {
    const found = await findEnrollment(trx, viewer.id, course.slug)
    const from = found && (await lockEnrollmentOf(trx, viewer.id, found.id))
    if (!from || from.ended_at || textState(course, from) === 'current') return false
    const kept = keptOf(await findTextOutline(trx, from.content_hash), current, doneOf(from))
    await trx.updateTable('enrollments').set({ ended_at: now }).where('id', '=', from.id).execute()
    const to = await startAtVersion(trx, viewer.id, current, now)
    await trx
      .insertInto('enrollment_moves')
      .values({
        from_enrollment_id: from.id,
        to_enrollment_id: to.id,
        kept: JSON.stringify(kept),
        moved_at: now,
      })
      .execute()
    await copyLessons(trx, from.id, to.id, kept.lessons)
    await copyPasses(trx, from.id, to.id, kept.modules)
    trx.record({
      kind: 'enrollment-moved',
      actor_id: viewer.id,
      subject: `person:${viewer.id}`,
      facts: {
        course: course.slug,
        from: { enrollment_id: from.id, version: from.version, content_hash: from.content_hash },
        to: { enrollment_id: to.id, version: current.version, content_hash: current.hash },
        kept,
      },
      at: now,
    })
    return true
  })
}

const startAtVersion = (trx: Transaction<DB>, personId: string, text: CourseVersion, now: Date) =>
  trx
    .insertInto('enrollments')
    .values({
      person_id: personId,
      course: text.slug,
      version: text.version,
      content_hash: text.hash,
      started_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()

async function copyLessons(
  trx: Transaction<DB>,
  fromId: string,
  toId: string,
  lessons: Iterable<string>,
): Promise<void> {
  const kept = [...lessons]
  await sql`
    insert into lesson_marks (enrollment_id, module, lesson, mark, marked_at)
    select ${toId}, module, lesson, mark, marked_at from lesson_marks
    where enrollment_id = ${fromId} and mark = 'finished'
      and module || '/' || lesson = any(${kept}::text[])`.execute(trx)
  await sql`
    insert into group_lessons (enrollment_id, module, lesson, lesson_hash, presence_id, marked_at)
    select ${toId}, module, lesson, lesson_hash, presence_id, marked_at from group_lessons
    where enrollment_id = ${fromId} and module || '/' || lesson = any(${kept}::text[])`.execute(trx)
}

/** A module that is kept names the attempt that passed it. */
async function copyPasses(
  trx: Transaction<DB>,
  fromId: string,
  toId: string,
  modules: Iterable<string>,
): Promise<void> {
  for (const module of modules) {
    const { attempt_id } = await trx
      .selectFrom('enrollment_passes')
      .select('attempt_id')
      .where('enrollment_id', '=', fromId)
      .where('module', '=', module)
      .orderBy('finished_at')
      .limit(1)
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('enrollment_kept_modules')
      .values({ enrollment_id: toId, module, attempt_id: attempt_id! })
      .execute()
  }
}
