import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { holdsOn, isKnown } from '#server/programs/as-of.ts'

export type ProgramName = Readonly<{
  program_id: string
  name: string
  kind: 'licensed' | 'agency'
  license_number: string | null
  /** Uses shift check-in. */
  checks_shifts: boolean
}>

/** The programs that a viewer supervises or administers, sorted by their names on a day. */
export async function listProgramsOf(
  db: Kysely<DB>,
  viewer: Viewer,
  on: Day,
): Promise<readonly ProgramName[]> {
  return listPrograms(db, viewer.supervised_program_ids, on)
}

export async function listPrograms(
  db: Kysely<DB>,
  programIds: readonly string[],
  on: Day,
): Promise<readonly ProgramName[]> {
  if (programIds.length === 0) return []
  const { rows } = await sql<ProgramName>`
    select p.id as program_id, p.kind, coalesce(d.name, h.name) as name, d.license_number, p.checks_shifts
    from programs p join license_holders h on h.id = p.holder_id
    left join lateral (
      select d.name, d.license_number from program_details d
      where d.program_id = p.id and ${isKnown('d', null)} and ${holdsOn('d', on)} limit 1
    ) d on true
    where p.id = any(${[...programIds]}::uuid[]) order by 3`.execute(db)
  return rows
}

/** The employee ids of a program's people, by person. */
export async function listEmployeeIds(
  db: Kysely<DB>,
  programId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('employee_ids')
    .select(['person_id', 'employee_id'])
    .where('program_id', '=', programId)
    .execute()
  return new Map(rows.map(({ person_id, employee_id }) => [person_id, employee_id]))
}
