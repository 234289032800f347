import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsIn, accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import { type AsKnownOn, holdsOn, isKnown, titleOn, worksOn } from '#server/programs/as-of.ts'
import { isInOwnTime } from '#server/programs/own-time.queries.ts'
import type { Done, ProgramRequirement, Work } from './program-requirement.ts'

export type AskedOn = Readonly<{ on: Day; asKnownOn: AsKnownOn }>

export type RequirementRow = ProgramRequirement & Readonly<{ row_id: string }>

const ids = (list: readonly string[]) => sql`any(${[...list]}::uuid[])`

/** Every period of some programs' requirements, the earliest first. Most programs have none. */
export async function listRequirementRows(
  db: Kysely<DB>,
  programIds: readonly string[],
  asKnownOn: AsKnownOn = null,
): Promise<readonly RequirementRow[]> {
  if (programIds.length === 0) return []
  const { rows } = await sql<RequirementRow>`
    select r.id as row_id, r.requirement_id, r.program_id, r.title, r.source, r.roles, r.units, r.worker_types, r.in_contact,
      r.schedule, r.month, r.months, r.first_days, r.needs_file, r.least_hours::float8 as least_hours, r.course,
      r.from_on, r.to_on, min(r.from_on) over (partition by r.requirement_id) as since_on
    from program_requirements r where r.program_id = ${ids(programIds)} and ${isKnown('r', asKnownOn)}
    order by lower(r.title), r.requirement_id, r.from_on`.execute(db)
  return rows
}

/** What people do at some programs on a day, once per program; of everyone there, or of one person. */
export async function listWork(
  db: Kysely<DB>,
  programIds: readonly string[],
  { on, asKnownOn }: AskedOn,
  people: readonly string[] | null,
): Promise<readonly Work[]> {
  const since = (table: 'contact_periods' | 'leave_periods') => sql<Day | null>`(
      select min(s.from_on) from ${sql.table(table)} s
      where s.assignment_id = a.assignment_id and ${isKnown('s', asKnownOn)} and ${holdsOn('s', on)})`
  const { rows } = await sql<Work>`
    select distinct on (a.person_id, a.program_id) a.person_id, p.name, a.program_id, coalesce(d.name, h.name) as program,
      ${titleOn('a', on)} as role_title, a.unit, a.worker_type, a.hired_on, ${since('contact_periods')} as contact_from,
      ${since('leave_periods')} as leave_from
    from assignments a join people p on p.id = a.person_id
    join programs g on g.id = a.program_id join license_holders h on h.id = g.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = g.id and ${isKnown('d', asKnownOn)}
      order by ${holdsOn('d', on)} desc, d.from_on desc limit 1
    ) d on true
    where a.program_id = ${ids(programIds)} and ${isKnown('a', asKnownOn)} and ${worksOn('a', on)} and ${only('a', people)}
    order by a.person_id, a.program_id, a.hired_on desc, a.assignment_id`.execute(db)
  return rows
}

type DoneRow = Done & Readonly<{ person_id: string; requirement_id: string }>

/** What was done for these requirements: trainings that the program recorded, and completions of a course that meets one. */
export async function listDone(
  db: Kysely<DB>,
  programIds: readonly string[],
  { on, asKnownOn }: AskedOn,
  people: readonly string[] | null,
): Promise<readonly DoneRow[]> {
  const known = asKnownOn ?? on
  const { rows } = await sql<DoneRow>`
    select p.id as person_id, t.requirement_id, t.completed_on, null as course, t.provider, t.hours::float8 as hours
    from program_trainings t ${joinPerson('t.person_id')}
    where t.program_id = ${ids(programIds)} and t.completed_on <= ${on} and ${isKnown('t', asKnownOn)}
      and ${people === null ? sql`true` : sql`t.person_id = ${accountsOf(people)}`}
    union all
    select a.person_id, r.requirement_id, k.completed_on, k.course, '' as provider, round(k.minutes / 60.0, 2)::float8 as hours
    from (select distinct requirement_id, program_id, course from program_requirements r
      where r.program_id = ${ids(programIds)} and r.course is not null and ${isKnown('r', asKnownOn)}) r
    join lateral (select distinct on (a.person_id) a.* from assignments a
      where a.program_id = r.program_id and ${isKnown('a', asKnownOn)} and ${only('a', people)}
      order by a.person_id, a.hired_on desc) a on true
    join people p on p.id = a.person_id
    join completions k on k.person_id = ${accountsIn('p')} and k.course = r.course and k.completed_on <= least(${on}::date, ${known}::date)
      and ${isInOwnTime('a', sql<Day>`k.completed_on`)}
      and not exists (select from completion_voids v where v.completion_id = k.id)`.execute(db)
  return rows
}

const only = (row: string, people: readonly string[] | null): RawBuilder<boolean> =>
  people === null ? sql<boolean>`true` : sql<boolean>`${sql.ref(`${row}.person_id`)} = ${ids(people)}`

export type ProgramTraining = Readonly<{
  id: string
  requirement_id: string
  program_id: string
  person_id: string
  title: string
  program: string
  completed_on: Day
  hours: number | null
  provider: string
  file_name: string | null
  /** The file is also about others, such as a sign-in sheet. */
  is_shared: boolean
  recorded_at: Date
  recorded_by: string
  recorded_by_name: string
  /** Why it was accepted, where the person submitted it. */
  accepted_because: string | null
  superseded_at: Date | null
  superseded_by_name: string | null
  superseded_reason: string
}>

const trainings = (db: Kysely<DB>, where: RawBuilder<unknown>) =>
  sql<ProgramTraining>`
    select t.id, t.requirement_id, t.program_id, p.id as person_id, r.title, coalesce(d.name, h.name) as program, t.completed_on,
      t.hours::float8 as hours, t.provider, f.file_name,
      exists (select from program_trainings o where o.file_id = t.file_id and o.person_id <> t.person_id) as is_shared, t.recorded_at, t.recorded_by, by.name as recorded_by_name,
      e.reason as accepted_because, t.superseded_at, s.name as superseded_by_name, t.superseded_reason
    from program_trainings t ${joinPerson('t.person_id')}
    join lateral (select r.title from program_requirements r where r.requirement_id = t.requirement_id
      order by r.superseded_at is null desc, r.from_on desc limit 1) r on true
    join programs g on g.id = t.program_id join license_holders h on h.id = g.holder_id
    left join lateral (select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true
    join people by on by.id = t.recorded_by
    left join people s on s.id = t.superseded_by
    left join program_training_files f on f.id = t.file_id
    left join program_training_submission_ends e on e.submission_id = t.submission_id
    where ${where} order by t.completed_on desc, t.recorded_at desc`.execute(db)

/** The trainings that some programs recorded for a person, withdrawn ones too. */
export const listProgramTrainings = async (
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[],
): Promise<readonly ProgramTraining[]> =>
  (await trainings(db, sql`t.person_id = ${accountsOf([personId])} and t.program_id = ${ids(programIds)}`))
    .rows

/** Every training of their own that programs recorded for the viewer. */
export const listOwnProgramTrainings = async (
  db: Kysely<DB>,
  personId: string,
): Promise<readonly ProgramTraining[]> =>
  (await trainings(db, sql`t.person_id = ${accountsOf([personId])} and t.superseded_at is null`)).rows

/** A training that the viewer may see: their own, or one of a program that they look after. */
export const findProgramTrainingOf = async (
  db: Kysely<DB>,
  viewer: Readonly<{ id: string; supervised_program_ids: readonly string[] }>,
  id: string,
): Promise<ProgramTraining | null> =>
  (
    await trainings(
      db,
      sql`t.id = ${id} and (p.id = ${viewer.id} or t.program_id = ${ids(viewer.supervised_program_ids)})`,
    )
  ).rows[0] ?? null

export const findProgramTrainingFile = (db: Kysely<DB>, trainingId: string) =>
  db
    .selectFrom('program_trainings')
    .innerJoin('program_training_files', 'program_training_files.id', 'program_trainings.file_id')
    .select(['file', 'file_name', 'file_type'])
    .where('program_trainings.id', '=', trainingId)
    .executeTakeFirst()

/** The roles and units on a program's roster today, to choose from. */
export async function listChoices(
  db: Kysely<DB>,
  programId: string,
  today: Day,
): Promise<Readonly<{ roles: readonly string[]; units: readonly string[] }>> {
  const { rows } = await sql<{ roles: readonly string[]; units: readonly string[] }>`
    select coalesce(array_agg(distinct a.role_title order by a.role_title) filter (where a.role_title <> ''), '{}') as roles,
      coalesce(array_agg(distinct a.unit order by a.unit) filter (where a.unit <> ''), '{}') as units
    from assignments a where a.program_id = ${programId} and ${isKnown('a', null)} and ${worksOn('a', today)}`.execute(
    db,
  )
  return rows[0] ?? { roles: [], units: [] }
}

export type RequirementChange = Readonly<{
  title: string
  from_on: Day
  to_on: Day | null
  recorded_at: Date
  recorded_by_name: string
  reason: string
  superseded_at: Date | null
  superseded_by_name: string | null
  superseded_reason: string
}>

/** Every row ever recorded of a program's requirements, the latest first. */
export async function listRequirementChanges(
  db: Kysely<DB>,
  programId: string,
): Promise<readonly RequirementChange[]> {
  const { rows } = await sql<RequirementChange>`
    select r.title, r.from_on, r.to_on, r.recorded_at, p.name as recorded_by_name, r.reason, r.superseded_at,
      s.name as superseded_by_name, r.superseded_reason
    from program_requirements r join people p on p.id = r.recorded_by left join people s on s.id = r.superseded_by
    where r.program_id = ${programId} order by r.recorded_at desc, r.from_on desc limit 200`.execute(db)
  return rows
}

/** The programs that have requirements of their own today, for what is done by the clock. */
export async function listProgramsWithRequirements(db: Kysely<DB>, on: Day): Promise<readonly string[]> {
  const { rows } = await sql<{ program_id: string }>`
    select distinct r.program_id from program_requirements r
    where r.superseded_at is null and ${holdsOn('r', on)} order by r.program_id`.execute(db)
  return rows.map(({ program_id }) => program_id)
}

/** The programs where a person works on a day. */
export async function listWorkplaces(db: Kysely<DB>, personId: string, on: Day): Promise<readonly string[]> {
  const { rows } = await sql<{ program_id: string }>`
    select distinct a.program_id from assignments a
    where a.person_id = ${personId} and ${isKnown('a', null)} and ${worksOn('a', on)}`.execute(db)
  return rows.map(({ program_id }) => program_id)
}

/** Of some people, those for whom a training of that day is on record. */
export async function listRecordedOn(
  db: Kysely<DB>,
  requirementId: string,
  personIds: readonly string[],
  on: Day,
): Promise<readonly string[]> {
  const { rows } = await sql<{ person_id: string }>`
    select distinct p.id as person_id from program_trainings t ${joinPerson('t.person_id')}
    where t.requirement_id = ${requirementId} and t.person_id = ${accountsOf(personIds)}
      and t.completed_on = ${on} and t.superseded_at is null`.execute(db)
  return rows.map(({ person_id }) => person_id)
}

/** Open messages to these people about a requirement's dates. */
export async function listRequirementNotices(
  db: Kysely<DB>,
  personIds: readonly string[],
  requirementId: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from notices where person_id = ${ids(personIds)} and moot_at is null
      and kind in ('program-training-due', 'program-training-overdue')
      and facts ->> 'requirement_id' = ${requirementId}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Every training that a program recorded for some people, withdrawn ones too. */
export const listTrainingsOfProgram = async (
  db: Kysely<DB>,
  programId: string,
  personIds: readonly string[],
): Promise<readonly ProgramTraining[]> =>
  (await trainings(db, sql`t.program_id = ${programId} and t.person_id = ${accountsOf(personIds)}`)).rows

/** Of some people, those whose accounts are not suspended. */
export async function listActivePeople(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from people where id = ${ids(personIds)} and disabled_at is null`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
