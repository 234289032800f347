import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Standing } from '#server/law/reasons/answer-schema.ts'
import { addMonths, type Day } from '#server/lib/days.ts'
import { accountsIn, eachAccountOf } from '#server/people/accounts-of.queries.ts'
import { holdsOn, isKnown, titleOn, worksOn } from '#server/programs/as-of.ts'
import type { WorkerType } from '#server/programs/roster/employment/roster.queries.ts'
import type { ProgramName } from '#server/standings/clearance.queries.ts'
import { isStale } from '#server/standings/stored.queries.ts'
import type { OwnSummary } from '#server/training/program-requirements/program-finding-words.ts'

/** One person's work in one program, with its stored verdicts. */
export type TeamRow = Readonly<{
  assignment_id: string
  person_id: string
  name: string
  program_id: string
  program: string
  program_kind: 'licensed' | 'agency'
  role_title: string
  unit: string
  worker_type: WorkerType
  hired_on: Day
  is_on_leave: boolean
  /** The last day of the leave under way, and the first day of one to come, as far as they are on record. */
  leave_until: Day | null
  leave_from: Day | null
  contact: string | null
  clearance: 'yes' | 'no' | 'unknown' | null
  until_on: Day | null
  computed_on: Day | null
  /** True if the stored verdict is missing, out of date or from another rules revision. */
  is_stale: boolean
  standings: readonly StoredStanding[]
  last_active_on: Day | null
  /** The days in the last year or so on which this person completed a course, at any program. */
  completed: readonly Day[]
  /** Where they are with the program's own requirements; apart from the law's verdicts. Null where it asks nothing. */
  own: OwnSummary | null
}>

/** Modules passed in the course under way. The catalogue knows the total. */
export type UnderWay = Readonly<{ course: string; version: string; passed: number }>

export type StoredStanding = Readonly<{
  requirement: string
  rule: string
  standing: Standing
  due_on: Day | null
  satisfied_on: Day | null
  late_days: number
  is_late_running: boolean
  /** The first day of each lapse. */
  lapses: readonly Day[]
}>

/**
 * Everyone who works in some programs today, or some of them, once per program, in one statement. `ruleset` is the rules revision: verdicts
 * stored under another one are stale.
 */
export async function listTeam(
  db: Kysely<DB>,
  listed: readonly ProgramName[],
  today: Day,
  ruleset: string,
  people: readonly string[] | null = null,
): Promise<readonly TeamRow[]> {
  if (listed.length === 0) return []
  const programs = new Map(listed.map((program) => [program.program_id, program]))
  const ids = sql`any(${[...programs.keys()]}::uuid[])`
  const isAsked = (row: string) =>
    people ? sql`${sql.ref(`${row}.person_id`)} = any(${[...people]}::uuid[])` : sql`true`
  // Every part uses the program's, the person's or the employment's key, so that the cost depends only on these people.
  const { rows } = await sql<StoredRow>`
    with
    work as materialized (
      select distinct on (a.person_id, a.program_id) a.*
      from assignments a
      where a.program_id = ${ids} and ${isAsked('a')} and ${isKnown('a', null)} and ${worksOn('a', today)}
      order by a.person_id, a.program_id, a.hired_on desc, a.assignment_id
    ),
    -- Arrays: of a large program, the names of the fields would be most of what is sent.
    stood as materialized (
      select t.person_id, t.program_id, json_agg(json_build_array(${standingValues}) order by t.requirement)::text as standings
      from standings t where t.program_id = ${ids} and ${isAsked('t')} group by 1, 2
    ),
    cleared as materialized (
      select c.person_id, c.program_id, c.contact, c.answer, c.until_on
      from clearances c where c.program_id = ${ids} and ${isAsked('c')}
    ),
    away as materialized (
      select l.assignment_id, bool_or(${holdsOn('l', today)}) as is_on_leave,
        max(l.to_on) filter (where ${holdsOn('l', today)}) as leave_until,
        min(l.from_on) filter (where l.from_on > ${today}) as leave_from
      from work a join leave_periods l on l.assignment_id = a.assignment_id
      where ${isKnown('l', null)} and coalesce(l.to_on, 'infinity') >= ${today}
      group by 1
    ),
    done as materialized (
      select a.person_id, json_agg(k.completed_on order by k.completed_on)::text as completed
      from (${eachAccountOf(sql`select person_id from work`)}) a join completions k on k.person_id = a.account_id
      where k.completed_on >= ${yearBack(today)}
        and not exists (select from completion_voids v where v.completion_id = k.id)
      group by 1
    )
    select a.assignment_id, a.person_id, p.name, a.program_id, ${titleOn('a', today)} as role_title, a.unit,
      a.worker_type, a.hired_on, coalesce(l.is_on_leave, false) as is_on_leave, l.leave_until, l.leave_from,
      c.contact, c.answer as clearance, c.until_on, s.computed_on,
      ${isStale('s', today, ruleset)} as is_stale,
      coalesce(t.standings, '[]') as standings, p.last_active_on, coalesce(k.completed, '[]') as completed
    from work a
    join people p on p.id = a.person_id
    left join stood t on t.person_id = a.person_id and t.program_id = a.program_id
    left join cleared c on c.person_id = a.person_id and c.program_id = a.program_id
    left join standing_passes s on s.person_id = a.person_id
    left join away l on l.assignment_id = a.assignment_id
    left join done k on k.person_id = a.person_id
    order by lower(p.name), p.id, a.program_id`.execute(db)
  const standingsOf = readOnce((values: readonly StandingValues[]) => values.map(standingOf))
  const daysOf = readOnce((days: readonly Day[]) => days)
  return rows.map((row) => {
    const { name, kind } = programs.get(row.program_id)!
    return {
      ...row,
      program: name,
      program_kind: kind,
      standings: standingsOf(row.standings),
      completed: daysOf(row.completed),
      own: null,
    }
  })
}

/** Many people's standings are equal: they are read once, and their rows share one list. */
function readOnce<Written, Read>(of: (written: Written) => Read): (json: string) => Read {
  const known = new Map<string, Read>()
  return (json) => {
    const read = known.get(json) ?? of(JSON.parse(json))
    known.set(json, read)
    return read
  }
}

const standingFields = [
  ...(['requirement', 'rule', 'standing', 'due_on', 'satisfied_on', 'late_days'] as const),
  ...(['is_late_running', 'lapses'] as const),
] as const

const standingValues = sql.join(standingFields.map((field) => sql.ref(`t.${field}`)))

type StandingValues = readonly [
  ...[requirement: string, rule: string, standing: Standing, due_on: Day | null, satisfied_on: Day | null],
  ...[late_days: number, is_late_running: boolean, lapses: readonly Day[]],
]

type StoredRow = Omit<TeamRow, 'program' | 'program_kind' | 'standings' | 'completed' | 'own'> &
  Readonly<{ standings: string; completed: string }>

/** In the order of `standingFields`. */
function standingOf(values: StandingValues): StoredStanding {
  const [requirement, rule, standing, due_on, satisfied_on, late_days, is_late_running, lapses] = values
  return { requirement, rule, standing, due_on, satisfied_on, late_days, is_late_running, lapses }
}

/** The course under way of each of these people, with the modules passed. */
export async function listUnderWay(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, UnderWay>> {
  if (personIds.length === 0) return new Map()
  const { rows } = await sql<UnderWay & { person_id: string }>`
    select distinct on (p.id) p.id as person_id, e.course, e.version,
      (select count(distinct w.module)::int from enrollment_passes w where w.enrollment_id = e.id) as passed
    from people p join enrollments e on e.person_id = ${accountsIn('p')}
    where p.id = any(${[...personIds]}::uuid[]) and e.ended_at is null
    order by p.id, e.started_at desc`.execute(db)
  return new Map(rows.map(({ person_id, ...underWay }) => [person_id, underWay]))
}

/** The first day of the month eleven months ago, which makes a year with the current month. */
export const yearBack = (today: Day): Day => addMonths(`${today.slice(0, 7)}-01`, -11)

export type PersonOfPrograms = Readonly<{
  id: string
  name: string
  last_active_on: Day | null
  /** Another account of theirs, into which this one was merged. */
  merged_into: string | null
  /** False where every employment was recorded by mistake and removed. */
  is_on_record: boolean
  /** Of the programs asked for, those that have the person on record. */
  program_ids: readonly string[]
}>

/** A person, if they are or ever were on the roster of one of these programs. */
export async function findPersonEverOf(
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[],
): Promise<PersonOfPrograms | null> {
  const { rows } = await sql<PersonOfPrograms>`
    select p.id, p.name, p.last_active_on, p.merged_into, here.is_on_record, here.program_ids from people p
    join lateral (
      select bool_or(a.superseded_at is null) as is_on_record,
        coalesce(array_agg(distinct a.program_id) filter (where a.superseded_at is null), '{}') as program_ids
      from assignments a
      where a.person_id = p.id and a.program_id = any(${[...programIds]}::uuid[])
    ) here on here.is_on_record is not null
    where p.id = ${personId}`.execute(db)
  return rows[0] ?? null
}

/** A person, if they work or worked in one of these programs. */
export async function findPersonOfPrograms(
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[],
): Promise<PersonOfPrograms | null> {
  const person = await findPersonEverOf(db, personId, programIds)
  return person?.is_on_record ? person : null
}
