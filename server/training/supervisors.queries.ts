import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'

type Supervisor = Readonly<{ name: string; email: string | null }>

/** A program's supervisors, those for the whole license holder included, with the email that they sign in with. */
export async function listSupervisors(db: Database, programId: string): Promise<readonly Supervisor[]> {
  const { rows } = await sql<Supervisor>`
    select distinct p.name, case when p.is_confidential then null else p.email end as email from programs g
    join roles r on (r.program_id = g.id or r.holder_id = g.holder_id) and r.ended_at is null
      and r.role = 'supervisor'
    join people p on p.id = r.person_id and p.disabled_at is null
    where g.id = ${programId} order by p.name`.execute(db)
  return rows
}
