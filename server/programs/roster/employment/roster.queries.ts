import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { type AsKnownOn, holdsOn, isKnown, titleOn, worksOn } from '#server/programs/as-of.ts'
import { emailSeen } from '#server/programs/email-seen.queries.ts'
import { type WorkTextName, type WorkTexts, workTexts } from './work-texts.ts'

export type WorkerType = 'employee' | 'contractor' | 'volunteer' | 'student'

/** A period of direct contact or leave. Corrections keep its `id`. */
export type RosterPeriod = Readonly<{ id: string; from_on: Day; from_at: string | null; to_on: Day | null }>

export type RosterAssignment = WorkTexts &
  Readonly<{
    assignment_id: string
    program_id: string
    worker_type: WorkerType
    hired_on: Day
    separated_on: Day | null
    duties_from: Day | null
    duties_to: Day | null
    contact: readonly RosterPeriod[]
    leave: readonly RosterPeriod[]
  }>

export type RosterPerson = Readonly<{
  person_id: string
  name: string
  email: string | null
  is_confidential: boolean
  /** Every assignment on record in the programs asked for, earliest first. */
  assignments: readonly RosterAssignment[]
}>

type RosterCertification = Readonly<{ id: string; type: string; from_on: Day; to_on: Day | null }>

export type RosterProgram = Readonly<{
  program_id: string
  kind: 'licensed' | 'agency'
  name: string
  holder: string
  license_number: string | null
  certifications: readonly RosterCertification[]
}>

export type Roster = Readonly<{ programs: readonly RosterProgram[]; people: readonly RosterPerson[] }>

/** The texts of an employment `a`, as arguments of json_build_object. */
export const workTextPairs = sql.join(workTexts.flatMap(({ name }) => [sql.lit(name), sql.ref(`a.${name}`)]))

/** The texts of an employment `a`, as columns. */
export const workTextColumns = sql.join(workTexts.map(({ name }) => sql.ref(`a.${name}`)))

/** One text of an employment `a` on a day: only the role title changes from a day on. */
export const workTextOn = (name: WorkTextName, on: Day): RawBuilder<string> =>
  name === 'role_title' ? titleOn('a', on) : sql<string>`${sql.ref(`a.${name}`)}`

/**
 * Facts (no verdicts) about the people who work in some programs on a day, in one statement: as known now, or at the end
 * of another day. Lists everyone employed that day, by name, with everything on record about them in these programs.
 * `everyone` adds people who have left or not yet started; `people` leaves all others out.
 */
export async function rosterOn(
  db: Kysely<DB>,
  programIds: readonly string[],
  on: Day,
  asKnownOn: AsKnownOn = null,
  { everyone = false, people }: Readonly<{ everyone?: boolean; people?: readonly string[] }> = {},
): Promise<Roster> {
  const some = people ? sql`a.person_id = any(${[...people]}::uuid[])` : sql`true`
  const here = sql<boolean>`a.program_id = any(${[...programIds]}::uuid[]) and ${some} and ${isKnown('a', asKnownOn)}`
  const who = everyone ? sql`true` : sql`bool_or(${worksOn('a', on)})`
  return readRoster(db, sql`p.id = any(${[...programIds]}::uuid[])`, here, who, on, asKnownOn)
}

/** The people who work in some programs on a day, by name. Of a large program, what is known of them is read page by page. */
export async function listWorkers(
  db: Kysely<DB>,
  programIds: readonly string[],
  on: Day,
  asKnownOn: AsKnownOn = null,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from people p
    where p.id in (select a.person_id from assignments a
      where a.program_id = any(${[...programIds]}::uuid[]) and ${isKnown('a', asKnownOn)} and ${worksOn('a', on)})
    order by lower(p.name), p.id`.execute(db)
  return rows.map(({ id }) => id)
}

/** People in pages, for what would take too much memory of all at once. */
export function* pagesOf(people: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < people.length; at += peopleAtOnce) yield people.slice(at, at + peopleAtOnce)
}

const peopleAtOnce = 500

/** The same facts about some people, in every program where they have worked. */
export async function workOfPeople(
  db: Kysely<DB>,
  personIds: readonly string[],
  on: Day,
  asKnownOn: AsKnownOn = null,
): Promise<Roster> {
  const theirs = sql<boolean>`a.person_id = any(${[...personIds]}::uuid[]) and ${isKnown('a', asKnownOn)}`
  const programs = sql`p.id in (select a.program_id from assignments a where ${theirs})`
  return readRoster(db, programs, theirs, sql`true`, on, asKnownOn)
}

const workTextPairsOn = (on: Day) =>
  sql.join(workTexts.flatMap(({ name }) => [sql.lit(name), workTextOn(name, on)]))

async function readRoster(
  db: Kysely<DB>,
  whichPrograms: RawBuilder<unknown>,
  whichAssignments: RawBuilder<unknown>,
  whichPeople: RawBuilder<unknown>,
  on: Day,
  asKnownOn: AsKnownOn,
): Promise<Roster> {
  const { rows } = await sql<Roster>`
    with kept as (
      select a.* from assignments a where ${whichAssignments}
    ),
    contact as (${periodsOf('contact_periods', sql`s.from_at`, asKnownOn)}),
    leave as (${periodsOf('leave_periods', sql`null::timestamptz`, asKnownOn)}),
    staff as (
      select a.person_id,
        json_agg(json_build_object(
          'assignment_id', a.assignment_id, 'program_id', a.program_id, 'worker_type', a.worker_type,
          ${workTextPairsOn(on)}, 'hired_on', a.hired_on, 'separated_on', a.separated_on,
          'duties_from', a.duties_from, 'duties_to', a.duties_to,
          'contact', coalesce(c.periods, '[]'), 'leave', coalesce(l.periods, '[]')
        ) order by a.hired_on, a.assignment_id) as assignments
      from kept a
      left join contact c using (assignment_id)
      left join leave l using (assignment_id)
      group by a.person_id
      having ${whichPeople}
    )
    select
      (select coalesce(json_agg(json_build_object(
          'person_id', s.person_id, 'name', p.name, 'email', ${emailSeen(sql`here.program_id in (select k.program_id from kept k where k.person_id = p.id)`)},
          'is_confidential', p.is_confidential,
          'assignments', s.assignments) order by lower(p.name), p.id), '[]')
        from staff s join people p on p.id = s.person_id) as people,
      (select coalesce(json_agg(json_build_object(
          'program_id', p.id, 'kind', p.kind, 'name', coalesce(d.name, h.name), 'holder', h.name,
          'license_number', d.license_number, 'certifications', coalesce(c.list, '[]')) order by d.name, p.id), '[]')
        from programs p
        join license_holders h on h.id = p.holder_id
        left join lateral (
          select d.name, d.license_number from program_details d
          where d.program_id = p.id and ${isKnown('d', asKnownOn)}
          order by ${holdsOn('d', on)} desc, d.from_on desc limit 1
        ) d on true
        left join lateral (
          select json_agg(json_build_object('id', c.period_id, 'type', c.type, 'from_on', c.from_on, 'to_on', c.to_on)
            order by c.from_on, c.type) as list
          from certifications c where c.program_id = p.id and ${isKnown('c', asKnownOn)}
        ) c on true
        where ${whichPrograms}) as programs`.execute(db)
  return rows[0] ?? { programs: [], people: [] }
}

const periodsOf = (
  table: 'contact_periods' | 'leave_periods',
  fromAt: RawBuilder<unknown>,
  asKnownOn: AsKnownOn,
) => sql`
      select s.assignment_id,
        json_agg(json_build_object('id', s.period_id, 'from_on', s.from_on, 'from_at', ${fromAt}, 'to_on', s.to_on)
          order by s.from_on) as periods
      from ${sql.table(table)} s
      where s.assignment_id in (select assignment_id from kept) and ${isKnown('s', asKnownOn)}
      group by s.assignment_id`
