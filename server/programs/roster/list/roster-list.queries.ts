import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { holdsOn, worksOn } from '#server/programs/as-of.ts'
import { emailSeen } from '#server/programs/email-seen.queries.ts'
import type { WorkerType } from '#server/programs/roster/employment/roster.queries.ts'
import { workTextOn } from '#server/programs/roster/employment/roster.queries.ts'
import { workTexts } from '#server/programs/roster/employment/work-texts.ts'
import type { RosterFilters, RosterShow, RosterSort } from './roster-filters.ts'

export type RosterLine = Readonly<{
  assignment_id: string
  person_id: string
  name: string
  email: string | null
  role_title: string
  unit: string
  worker_type: WorkerType
  hired_on: Day
  separated_on: Day | null
  is_working: boolean
  contact_from: Day | null
  is_on_leave: boolean
  leave_to: Day | null
  has_password: boolean
}>

type RosterCounts = Readonly<Record<RosterShow, number>>

export const rosterPageSize = 50

/**
 * One page of a program's roster on a day. Each person appears once, with the employment of that day or else the latest.
 * The counts say how many of the people found each "Show" option would list.
 */
export async function listRoster(
  db: Kysely<DB>,
  programId: string,
  on: Day,
  filters: RosterFilters,
): Promise<Readonly<{ lines: readonly RosterLine[]; counts: RosterCounts }>> {
  const direction = filters.isDescending ? sql`desc nulls last` : sql`asc nulls last`
  const counts = Object.entries(shown).map(
    ([show, condition]) => sql`count(*) filter (where ${condition}) as ${sql.ref(show)}`,
  )
  const { rows } = await sql<{ lines: readonly RosterLine[]; counts: RosterCounts }>`
    with found as (${found(programId, on, filters.search)})
    select
      (select row_to_json(c) from (select ${sql.join(counts)} from found) c) as counts,
      (select coalesce(json_agg(l), '[]') from (
        select * from found where ${shown[filters.show]}
        order by ${sorts[filters.sort]} ${direction}, lower(name), person_id
        limit ${rosterPageSize} offset ${(filters.page - 1) * rosterPageSize}
      ) l) as lines`.execute(db)
  return rows[0] as { lines: readonly RosterLine[]; counts: RosterCounts }
}

const columnsOn = (on: Day) =>
  sql.join(workTexts.map(({ name }) => sql`${workTextOn(name, on)} as ${sql.ref(name)}`))

const found = (programId: string, on: Day, search: string) => {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  return sql`
      select a.assignment_id, p.id as person_id, p.name, seen.email, ${columnsOn(on)}, a.worker_type, a.hired_on, a.separated_on,
        a.is_working, case when a.is_working then c.from_on end as contact_from,
        a.is_working and l.assignment_id is not null as is_on_leave, l.to_on as leave_to,
        a.hired_on > ${on} as is_starting, p.password_hash is not null as has_password
      from (
        select distinct on (a.person_id) a.*, ${worksOn('a', on)} as is_working from assignments a
        where a.program_id = ${programId} and a.superseded_at is null
        order by a.person_id, ${worksOn('a', on)} desc, a.hired_on > ${on} desc, a.hired_on desc
      ) a
      join people p on p.id = a.person_id
      cross join lateral (select ${emailSeen(sql`here.program_id = ${programId}`)} as email) seen
      left join lateral (
        select s.from_on from contact_periods s
        where s.assignment_id = a.assignment_id and s.superseded_at is null and ${holdsOn('s', on)}
        order by s.from_on limit 1
      ) c on true
      left join lateral (
        select s.assignment_id, s.to_on from leave_periods s
        where s.assignment_id = a.assignment_id and s.superseded_at is null and ${holdsOn('s', on)}
        order by s.from_on limit 1
      ) l on true
      where ${search === ''} or p.name ilike ${like} or seen.email ilike ${like}
        or ${sql.join(
          workTexts.map(({ name }) => sql`${workTextOn(name, on)} ilike ${like}`),
          sql` or `,
        )}`
}

const shown: Readonly<Record<RosterShow, RawBuilder<boolean>>> = {
  working: sql`is_working`,
  contact: sql`contact_from is not null and not is_on_leave`,
  'no-contact': sql`is_working and (contact_from is null or is_on_leave)`,
  leave: sql`is_on_leave`,
  starting: sql`is_starting`,
  left: sql`not is_working and not is_starting`,
  all: sql`true`,
}

const sorts: Readonly<Record<RosterSort, RawBuilder<unknown>>> = {
  name: sql`lower(name)`,
  title: sql`lower(nullif(role_title, ''))`,
  hired: sql`hired_on`,
  contact: sql`contact_from`,
}
