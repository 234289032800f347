import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

/** The deadline for people who completed an older version to read a change of meaning. */
export type ChangeDay = Readonly<{
  course: string
  version: string
  due_on: Day
  set_by_name: string
  set_at: Date
}>

/** The current deadlines: the latest one set for each version. */
export async function listChangeDays(db: Kysely<DB>): Promise<readonly ChangeDay[]> {
  const { rows } = await sql<ChangeDay>`
    select distinct on (d.course, d.version) d.course, d.version, d.due_on, p.name as set_by_name, d.set_at
    from course_change_days d join people p on p.id = d.set_by
    order by d.course, d.version, d.id desc`.execute(db)
  return rows
}
