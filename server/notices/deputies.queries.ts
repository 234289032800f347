import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

type Deputy = Readonly<{ name: string; from_on: Day; to_on: Day }>

/** The deputy whom a person named, now or for days to come. */
export async function findDeputy(db: Kysely<DB>, personId: string, today: Day): Promise<Deputy | null> {
  const { rows } = await sql<Deputy>`
    select p.name, d.from_on, d.to_on from deputies d join people p on p.id = d.deputy_id
    where d.person_id = ${personId} and d.ended_at is null and d.to_on >= ${today}`.execute(db)
  return rows[0] ?? null
}

/** Who else supervises or administers one of these programs, and so may see its people. */
export async function listPossibleDeputies(
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[],
): Promise<readonly Readonly<{ id: string; name: string }>[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select distinct p.id, p.name from programs g
    join roles r on r.ended_at is null and r.role in ('supervisor', 'program_admin')
      and (r.program_id = g.id or r.holder_id = g.holder_id)
    join people p on p.id = r.person_id and p.disabled_at is null
    where g.id = any(${[...programIds]}::uuid[]) and p.id <> ${personId} order by p.name, p.id`.execute(db)
  return rows
}
