import type { Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import { addDays, addMonths, type Day, dayOf } from '#server/lib/days.ts'
import type { Role } from '#server/people/roles.ts'
import { type CastMember, demoPrograms, type ProgramKey, trainedOn } from './cast.ts'

const licensedOn: Day = '2019-01-01'
const certifiedOn: Day = '2022-01-01'

/** About 3 PM Central time. */
export const afternoonOf = (day: Day): Date => new Date(`${day}T21:00:00Z`)

/** When a past fact was recorded: on its own day, as in a program with good records. */
function recordedOn(day: Day, now: Date): Readonly<{ recorded_at: Date }> {
  const at = afternoonOf(day)
  return { recorded_at: at < now ? at : now }
}

export async function insertPrograms(
  trx: Transaction<DB>,
  now: Date,
): Promise<ReadonlyMap<ProgramKey, string>> {
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
        from_on: licensedOn,
        ...recordedOn(licensedOn, now),
      })
      .execute()
    if (isLicensed)
      await trx
        .insertInto('license_statuses')
        .values({
          program_id: id,
          status: 'active',
          may_operate: true,
          from_on: licensedOn,
          ...recordedOn(licensedOn, now),
        })
        .execute()
    if (program.certified)
      await trx
        .insertInto('certifications')
        .values({
          program_id: id,
          type: specializedCertification,
          from_on: certifiedOn,
          ...recordedOn(certifiedOn, now),
        })
        .execute()
  }
  return ids
}

/** A cast member's role and work, recorded when they started. */
export async function insertPlace(
  trx: Transaction<DB>,
  member: CastMember,
  personId: string,
  programs: ReadonlyMap<ProgramKey, string>,
  now: Date,
): Promise<void> {
  const today = dayOf(now)
  const program_id = member.program ? (programs.get(member.program) ?? null) : null
  if (member.role) await insertRole(trx, { person_id: personId, role: member.role, program_id }, today)
  if (!member.work || !program_id) return
  const { work } = member
  const hired_on =
    work.hiredMonthsAgo === 0 ? `${today.slice(0, 7)}-01` : addMonths(today, -work.hiredMonthsAgo)
  const { assignment_id } = await trx
    .insertInto('assignments')
    .values({
      person_id: personId,
      program_id,
      worker_type: work.workerType ?? 'employee',
      role_title: work.title,
      unit: work.unit ?? '',
      hired_on,
      duties_from: work.isChildProtection ? hired_on : null,
      ...recordedOn(hired_on, now),
    })
    .returning('assignment_id')
    .executeTakeFirstOrThrow()
  await insertPeriods(trx, assignment_id, work, now)
}

async function insertRole(
  trx: Transaction<DB>,
  role: Readonly<{ person_id: string; role: Role; program_id: string | null }>,
  today: Day,
): Promise<void> {
  const { id } = await trx
    .insertInto('roles')
    .values({ ...role, granted_at: afternoonOf(addMonths(today, -24)) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('role_uses')
    .values({ role_id: id, last_used_on: addDays(today, -1) })
    .execute()
}

/** Direct contact, and the leaves that the demonstration shows. */
async function insertPeriods(
  trx: Transaction<DB>,
  assignment_id: string,
  work: NonNullable<CastMember['work']>,
  now: Date,
): Promise<void> {
  const today = dayOf(now)
  if (work.hasContact && work.completedMonthsAgo !== undefined) {
    const from_on = addDays(trainedOn(today, work, work.completedMonthsAgo), work.contactDaysAfter ?? 3)
    await trx
      .insertInto('contact_periods')
      .values({ assignment_id, from_on, ...recordedOn(from_on, now) })
      .execute()
  }
  if (work.leaveDaysAgo !== undefined) {
    // Recorded only a week after it ended, so what was known differed from the facts for a while.
    const from_on = addDays(today, -work.leaveDaysAgo)
    const to_on = addDays(from_on, 6)
    await trx
      .insertInto('leave_periods')
      .values({ assignment_id, from_on, to_on, ...recordedOn(addDays(to_on, 7), now) })
      .execute()
  }
  if (work.isOnLeave) {
    const from_on = addDays(today, -21)
    await trx
      .insertInto('leave_periods')
      .values({ assignment_id, from_on, ...recordedOn(from_on, now) })
      .execute()
  }
}
