import { findTextOutline } from '#server/courses/catalogue/texts.queries.ts'
import { findEnrollment, lockEnrollmentOf } from '#server/learning/progress/queries.ts'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { type GroupTime, groupCredit } from './group-lessons.ts'

/** A module taken by a group, and one person's attendance. */
type TakenInGroup = Readonly<{
  session_id: string
  presence_id: string
  person_id: string
  course: string
  version: string
  content_hash: string
  module: string
  /** How long the person was in the room, and the planned minutes of the module's lessons. */
  time: GroupTime
}>

/**
 * Marks the lessons of a module as done in a group session, in the person's current enrollment. Lessons whose text differs
 * in their version must still be read, and everyone answers the module's questions alone. Does nothing if the person is
 * not taking the course.
 */
export async function markTakenInGroup(
  trx: EvidenceTransaction,
  taken: TakenInGroup,
  actorId: string,
  now: Date,
): Promise<void> {
  const found = await findEnrollment(trx, taken.person_id, taken.course)
  const enrollment = found && (await lockEnrollmentOf(trx, taken.person_id, found.id))
  if (!enrollment || enrollment.ended_at) return
  const own = await findTextOutline(trx, enrollment.content_hash)
  const group = await findTextOutline(trx, taken.content_hash)
  const { given, otherwise, unreached } = groupCredit(group, own, taken.module, taken.time)
  if (given.length > 0)
    await trx
      .insertInto('group_lessons')
      .values(
        given.map(({ lesson, hash }) => ({
          enrollment_id: enrollment.id,
          module: taken.module,
          lesson,
          lesson_hash: hash,
          presence_id: taken.presence_id,
          marked_at: now,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  const { person_id, session_id, presence_id, time, ...text } = taken
  trx.record({
    kind: 'group-lessons-marked',
    actor_id: actorId,
    subject: `person:${person_id}`,
    facts: {
      session_id,
      presence_id,
      ...text,
      enrollment_id: enrollment.id,
      own_version: enrollment.version,
      own_content_hash: enrollment.content_hash,
      lessons: given,
      not_the_same: otherwise,
      minutes_in_room: Math.floor(time.minutes),
      not_reached: unreached,
    },
    at: now,
  })
}
