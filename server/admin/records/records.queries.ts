import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type Opening = Readonly<{
  id: string
  reason: string
  opened_at: Date
  expires_at: Date
  opened_by: string
}>

/** The viewer's own opening of a record that still lasts. */
export async function findOpening(
  db: Kysely<DB>,
  viewerId: string,
  personId: string,
  now: Date,
): Promise<Opening | null> {
  const { rows } = await sql<Opening>`
    select o.id, o.reason, o.opened_at, o.expires_at, p.name as opened_by
    from record_openings o join people p on p.id = o.opened_by
    where o.person_id = ${personId} and o.opened_by = ${viewerId} and o.expires_at > ${now}
    order by o.opened_at desc limit 1`.execute(db)
  return rows[0] ?? null
}

/** Every opening so far, the latest first. */
export async function listOpenings(db: Kysely<DB>) {
  const { rows } = await sql<Opening & { person: string }>`
    select o.id, o.reason, o.opened_at, o.expires_at, p.name as opened_by, of.name as person
    from record_openings o join people p on p.id = o.opened_by join people of on of.id = o.person_id
    order by o.opened_at desc limit 100`.execute(db)
  return rows
}

/** Who hears of it: licensing staff, and the administrators where the person works. */
export async function listConcerned(db: Kysely<DB>, personId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct p.id from roles r join people p on p.id = r.person_id and p.disabled_at is null
    where r.ended_at is null and (r.role = 'licensing' or (r.role = 'program_admin' and exists (
      select from assignments a join programs g on g.id = a.program_id
      where a.person_id = ${personId} and a.superseded_at is null and coalesce(a.separated_on >= current_date, true)
        and (r.program_id = g.id or r.holder_id = g.holder_id))))
    order by p.id`.execute(db)
  return rows.map(({ id }) => id)
}

export async function listStandingsOf(db: Kysely<DB>, personId: string) {
  const { rows } = await sql<{
    program: string
    requirement: string
    standing: string
    due_on: string | null
  }>`
    select coalesce(named.name, h.name) as program, s.requirement, s.standing, s.due_on
    from standings s join programs g on g.id = s.program_id join license_holders h on h.id = g.holder_id
    left join lateral (
      select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) named on true
    where s.person_id = ${personId} order by program, s.requirement`.execute(db)
  return rows
}
