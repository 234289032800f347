import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { titleOn } from '#server/programs/as-of.ts'

export type CheckedPerson = Readonly<{
  assignment_id: string
  person_id: string
  program_id: string
  program: string
  name: string
  role_title: string
}>

/** The people of some rows, by name, as far as they are the viewer's. */
export async function listChecked(
  db: Kysely<DB>,
  assignmentIds: readonly string[],
  programIds: readonly string[],
  today: Day,
): Promise<readonly CheckedPerson[]> {
  const { rows } = await sql<CheckedPerson>`
    select a.assignment_id, a.person_id, a.program_id, coalesce(d.name, h.name) as program, p.name,
      ${titleOn('a', today)} as role_title
    from assignments a join people p on p.id = a.person_id
    join programs g on g.id = a.program_id join license_holders h on h.id = g.holder_id
    left join lateral (select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true
    where a.assignment_id = any(${[...assignmentIds]}::uuid[]) and a.superseded_at is null
      and a.program_id = any(${[...programIds]}::uuid[])
    order by lower(p.name), p.id, a.program_id`.execute(db)
  return rows
}
