import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'

/** The names of a program's supervisors, those for the whole license holder included. */
export async function listSupervisorNames(db: Database, programId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct p.name from programs g
    join roles r on (r.program_id = g.id or r.holder_id = g.holder_id) and r.ended_at is null
      and r.role = 'supervisor'
    join people p on p.id = r.person_id and p.disabled_at is null
    where g.id = ${programId} order by p.name`.execute(db)
  return rows.map(({ name }) => name)
}
