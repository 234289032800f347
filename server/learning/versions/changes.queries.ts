import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { accountsIn, accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'

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
