import type { Transaction } from 'kysely'
import type { Issuer } from '#server/certificates/actions.ts'
import type { CourseVersion } from '#server/courses/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { recordCompletion } from '#server/learning/actions.ts'
import { appendToLedger } from '#server/ledger/actions.ts'
import { addDays, addMonths, type Day, dayOf } from '#server/lib/days.ts'
import { hashPassword } from '#server/people/passwords.ts'
import { refreshStandings } from '#server/requirements/actions.ts'
import { type CastMember, demoCast, demoPassword, demoPrograms, type ProgramKey } from './cast.ts'

/** True where nobody and nothing has been entered yet. */
export async function isEmpty(db: Database): Promise<boolean> {
  const person = await db.selectFrom('people').select('id').limit(1).executeTakeFirst()
  return !person
}

export async function isDemo(db: Database): Promise<boolean> {
  const setting = await db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', 'demo')
    .executeTakeFirst()
  return setting?.value === true
}

/** Fills an empty database with the invented cast, in one transaction, with dates counted from today. */
export async function fillDemo(
  db: Database,
  needs: Readonly<{ residential: CourseVersion | null; issuer: Issuer }>,
  now: Date,
): Promise<void> {
  const password_hash = await hashPassword(demoPassword)
  const today = dayOf(now)
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('settings')
      .values({ name: 'demo', value: JSON.stringify(true) })
      .execute()
    const programs = await insertPrograms(trx)
    const people = new Map<string, string>()
    for (const member of demoCast) {
      const { id } = await trx
        .insertInto('people')
        .values({ name: member.name, email: member.email, password_hash })
        .returning('id')
        .executeTakeFirstOrThrow()
      people.set(member.email, id)
      await insertPlace(trx, member, id, programs, today)
    }
    if (needs.residential) await recordDemoApproval(trx, needs.residential, today, now)
    for (const member of demoCast) {
      const months = member.work?.completedMonthsAgo
      const personId = people.get(member.email)
      if (months !== undefined && personId && needs.residential)
        await insertCompletion(
          trx,
          { id: personId, name: member.name },
          needs.residential,
          needs.issuer,
          addMonths(today, -months),
        )
    }
    await refreshStandings(trx, [...people.values()], today)
  })
}

async function insertPrograms(trx: Transaction<DB>): Promise<ReadonlyMap<ProgramKey, string>> {
  const ids = new Map<ProgramKey, string>()
  for (const program of demoPrograms) {
    const holder = await trx
      .insertInto('license_holders')
      .values({ name: program.holder })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id } = await trx
      .insertInto('programs')
      .values({ holder_id: holder.id, kind: program.kind })
      .returning('id')
      .executeTakeFirstOrThrow()
    ids.set(program.key, id)
    const isLicensed = program.kind === 'licensed'
    await trx
      .insertInto('program_details')
      .values({
        program_id: id,
        name: program.name,
        license_number: program.license_number,
        license_type: isLicensed ? 'CRF' : null,
        licensing_authority: isLicensed ? 'DHS' : null,
        place: program.place,
        from_on: '2019-01-01',
      })
      .execute()
    if (isLicensed)
      await trx
        .insertInto('license_statuses')
        .values({ program_id: id, status: 'active', may_operate: true, from_on: '2019-01-01' })
        .execute()
    if (program.certified)
      await trx
        .insertInto('certifications')
        .values({ program_id: id, type: 'st-cse-at-risk', from_on: '2022-01-01' })
        .execute()
  }
  return ids
}

async function insertPlace(
  trx: Transaction<DB>,
  member: CastMember,
  personId: string,
  programs: ReadonlyMap<ProgramKey, string>,
  today: Day,
): Promise<void> {
  const program_id = member.program ? (programs.get(member.program) ?? null) : null
  if (member.role)
    await trx.insertInto('roles').values({ person_id: personId, role: member.role, program_id }).execute()
  if (!member.work || !program_id) return
  const { work } = member
  const hired_on =
    work.hiredMonthsAgo === 0 ? `${today.slice(0, 7)}-01` : addMonths(today, -work.hiredMonthsAgo)
  const { assignment_id } = await trx
    .insertInto('assignments')
    .values({
      person_id: personId,
      program_id,
      worker_type: 'employee',
      role_title: work.title,
      hired_on,
      duties_from: work.isChildProtection ? hired_on : null,
    })
    .returning('assignment_id')
    .executeTakeFirstOrThrow()
  if (work.hasContact && work.completedMonthsAgo !== undefined)
    await trx
      .insertInto('contact_spells')
      .values({ assignment_id, from_on: addDays(addMonths(today, -work.completedMonthsAgo), 3) })
      .execute()
}

async function recordDemoApproval(
  trx: Transaction<DB>,
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
    is_demonstration: true,
  }
  const { id } = await trx
    .insertInto('course_approvals')
    .values(approval)
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx.insertInto('course_approval_acts').values({ approval_id: id, act: 'confirmed' }).execute()
  await appendToLedger(trx, {
    kind: 'approval-confirmed',
    actor_id: null,
    subject: `course:${course.slug}@${course.version}`,
    facts: { approval_id: id, ...approval },
    at: now,
  })
}

/** A completion of the past with its certificate, recorded as the course engine records one. */
export async function insertCompletion(
  trx: Transaction<DB>,
  person: Readonly<{ id: string; name: string }>,
  course: CourseVersion,
  issuer: Issuer,
  on: Day,
): Promise<void> {
  // Three in the afternoon or so, Central time: the same day in any month.
  const at = new Date(`${on}T21:00:00Z`)
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
  await recordCompletion(trx, issuer, person, { enrollmentId: id, course, modules }, at)
}
