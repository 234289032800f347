import type { Issuer } from '#server/certificates/certificates/issuing.actions.ts'
import type { Course, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { recordCompletion } from '#server/learning/completions.actions.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { addMonths, type Day, dayOf } from '#server/lib/days.ts'
import { hashPassword } from '#server/people/passwords.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { type CastMember, demoCast, demoPassword, trainedOn } from './cast.ts'
import { afternoonOf, insertPlace, insertPrograms } from './rosters.ts'

/** True where nothing has been entered yet: no person, and no step of set-up. */
export async function isEmpty(db: Database): Promise<boolean> {
  const person = await db.selectFrom('people').select('id').limit(1).executeTakeFirst()
  const setting = await db.selectFrom('settings').select('name').limit(1).executeTakeFirst()
  return !person && !setting
}

export async function isDemo(db: Database): Promise<boolean> {
  const setting = await db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', 'demo')
    .executeTakeFirst()
  return setting?.value === true
}

/** Fills an empty database with invented people, in one transaction, with dates relative to today. */
export async function fillDemo(
  db: Database,
  needs: Readonly<{
    residential: Course | null
    issuer: Issuer
    /** More people than the cast. */
    staff?: readonly CastMember[]
  }>,
  now: Date,
): Promise<void> {
  const cast = [...demoCast, ...(needs.staff ?? [])]
  const password_hash = await hashPassword(demoPassword)
  const today = dayOf(now)
  const approved = needs.residential?.current
  const earlier = needs.residential?.published.find((text) => text !== approved)
  await writeEvidence(db, async (trx) => {
    await trx
      .insertInto('settings')
      .values({ name: 'demo', value: JSON.stringify(true) })
      .execute()
    const programs = await insertPrograms(trx, now)
    const people = new Map<string, string>()
    const beganAt = afternoonOf(addMonths(today, -24))
    for (const member of cast) {
      const { id } = await trx
        .insertInto('people')
        .values({ name: member.name, email: member.email, password_hash, created_at: beganAt })
        .returning('id')
        .executeTakeFirstOrThrow()
      people.set(member.email, id)
      await insertPlace(trx, member, id, programs, now)
    }
    if (approved) await recordDemoApproval(trx, approved, today, now)
    for (const member of cast) {
      const { work } = member
      const personId = people.get(member.email)
      if (work?.completedMonthsAgo === undefined || !personId || !approved) continue
      const first = (work.beganWithEarlierVersion && earlier) || approved
      const days = [work.completedMonthsAgo, ...(work.retakenMonthsAgo ?? [])].map((ago) =>
        trainedOn(today, work, ago),
      )
      for (const [at, on] of days.entries()) {
        const text = at === 0 ? first : approved
        await insertCompletion(trx, { id: personId, name: member.name }, text, needs.issuer, on)
      }
      const last_active_on = days.at(-1)!
      await trx.updateTable('people').set({ last_active_on }).where('id', '=', personId).execute()
    }
    await refreshStandings(trx, [...people.values()], today)
  })
}

/** Only the newest version is approved. The one before it is kept beside it, without an approval. */
async function recordDemoApproval(
  trx: EvidenceTransaction,
  course: CourseVersion,
  today: Day,
  now: Date,
): Promise<void> {
  const approval = {
    course: course.slug,
    version: course.version,
    content_hash: course.hash,
    authority: 'Commissioner of Human Services (invented for this demonstration)',
    reference: 'DEMO-0001',
    approved_on: addMonths(today, -36),
    effective_on: addMonths(today, -36),
    is_demonstration: true,
  }
  const at = afternoonOf(approval.approved_on)
  const { id } = await trx
    .insertInto('course_approvals')
    .values({ ...approval, recorded_at: at })
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('course_approval_decisions')
    .values({ approval_id: id, act: 'confirmed', acted_at: at })
    .execute()
  trx.record({
    kind: 'approval-confirmed',
    actor_id: null,
    subject: `course:${course.slug}@${course.version}`,
    facts: { approval_id: id, ...approval },
    at: now,
  })
}

/** Inserts a past completion with its certificate, the way the course engine does. */
export async function insertCompletion(
  trx: EvidenceTransaction,
  person: Readonly<{ id: string; name: string }>,
  course: CourseVersion,
  issuer: Issuer,
  on: Day,
): Promise<void> {
  const at = afternoonOf(on)
  const { id } = await trx
    .insertInto('enrollments')
    .values({
      person_id: person.id,
      course: course.slug,
      version: course.version,
      content_hash: course.hash,
      started_at: at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const modules = course.modules.map(({ number, title }) => ({ number, title, completed_on: on }))
  await recordCompletion(
    trx,
    // All standings are calculated at the end.
    { issuer, afterChange: async () => {} },
    person,
    { enrollmentId: id, course, modules, minutes: course.minutes, evidence: null },
    at,
  )
}
