import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsIn, accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import { worksOn } from '#server/programs/as-of.ts'

/** A changed lesson that the person has read since completing the course: 'module/lesson' of a version. */
export type ChangeReading = Readonly<{ course: string; version: string; place: string }>

export async function listChangeReadings(
  db: Kysely<DB>,
  personId: string,
): Promise<readonly ChangeReading[]> {
  const { rows } = await sql<ChangeReading>`
    select course, version, module || '/' || lesson as place from course_change_readings
    where person_id = ${accountsOf([personId])}`.execute(db)
  return rows
}

type Reader = Readonly<{
  person_id: string
  versions: readonly string[]
  readings: readonly ChangeReading[]
}>

/** Everyone who completed a course, with the versions and what they read since; and whether they had the notice. */
export async function listReadersOfChange(
  db: Kysely<DB>,
  course: string,
  key: string,
): Promise<readonly (Reader & Readonly<{ is_told: boolean }>)[]> {
  const { rows } = await sql<Reader & { is_told: boolean }>`
    select p.id as person_id, json_agg(distinct c.version) as versions,
      coalesce((select json_agg(json_build_object('course', r.course, 'version', r.version, 'place', r.module || '/' || r.lesson))
        from course_change_readings r where r.person_id = ${accountsIn('p')} and r.course = ${course}), '[]'::json) as readings,
      exists (select from notices n where n.person_id = p.id and starts_with(n.dedupe_key, ${key})) as is_told
    from completions c ${joinPerson('c.person_id')}
    where p.disabled_at is null and c.course = ${course} and not exists (select from completion_voids v where v.completion_id = c.id)
    group by p.id`.execute(db)
  return rows
}

/** People who completed a course and have not had the notice with this key, with what they completed and read. */
export async function listReadersToTell(
  db: Kysely<DB>,
  course: string,
  key: string,
): Promise<readonly Reader[]> {
  const { rows } = await sql<Reader>`
    select p.id as person_id, json_agg(distinct c.version) as versions,
      coalesce((select json_agg(json_build_object('course', r.course, 'version', r.version, 'place', r.module || '/' || r.lesson))
        from course_change_readings r where r.person_id = ${accountsIn('p')} and r.course = ${course}), '[]'::json) as readings
    from completions c ${joinPerson('c.person_id')}
    where p.disabled_at is null and c.course = ${course} and not exists (select from completion_voids v where v.completion_id = c.id)
      and not exists (select from notices n where n.person_id = p.id and n.dedupe_key = ${key})
    group by p.id`.execute(db)
  return rows
}

/** Someone of a team who completed a course: what they read since, and the last message about it. */
export type TeamReader = Readonly<{
  person_id: string
  name: string
  versions: readonly string[]
  readings: readonly (ChangeReading & Readonly<{ read_at: string }>)[]
  told_at: Date | null
}>

/** Everyone who works in these programs and completed a course. Readings are those of one version. */
export async function listTeamReaders(
  db: Kysely<DB>,
  programIds: readonly string[],
  { course, version }: Readonly<{ course: string; version: string }>,
  { key, today }: Readonly<{ key: string; today: Day }>,
): Promise<readonly TeamReader[]> {
  const { rows } = await sql<TeamReader>`
    select p.id as person_id, p.name, json_agg(distinct c.version) as versions,
      coalesce((select json_agg(json_build_object('course', r.course, 'version', r.version,
          'place', r.module || '/' || r.lesson, 'read_at', r.read_at))
        from course_change_readings r
        where r.person_id = ${accountsIn('p')} and r.course = ${course} and r.version = ${version}), '[]'::json) as readings,
      (select max(n.created_at) from notices n where n.person_id = p.id and starts_with(n.dedupe_key, ${key})) as told_at
    from people p join completions c on c.person_id = ${accountsIn('p')}
    where p.disabled_at is null and p.merged_into is null and c.course = ${course}
      and not exists (select from completion_voids v where v.completion_id = c.id)
      and exists (select from assignments a where a.person_id = p.id and a.superseded_at is null
        and a.program_id = any(${[...programIds]}::uuid[]) and ${worksOn('a', today)})
    group by p.id order by p.name`.execute(db)
  return rows
}
