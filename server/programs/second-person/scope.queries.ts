import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Scope } from '#server/people/granting.ts'
import type { Reach } from '#server/people/roles.ts'

export type PlacedScope = Scope &
  Readonly<{
    /** "North Star House", "All programs of North Star Youth Services"; null for the whole installation. */
    where: string | null
    /** All programs of the license holder. */
    siblings: readonly string[]
  }>

/** A reach with its license holder and name; null where the program or holder doesn't exist. */
export async function findScope(
  db: Kysely<DB>,
  { program_id, holder_id }: Reach,
): Promise<PlacedScope | null> {
  if (program_id === null && holder_id === null)
    return { program_id, holder_id, holder: null, where: null, siblings: [] }
  const { rows } = await sql<{ holder: string; where: string; siblings: string[] }>`
    select h.id as holder, coalesce(named.name, case when p.id is null then 'All programs of ' || h.name else h.name end) as where,
      array(select s.id from programs s where s.holder_id = h.id) as siblings
    from license_holders h
    left join programs p on p.holder_id = h.id and p.id = ${program_id}
    left join lateral (
      select d.name from program_details d where d.program_id = p.id and d.superseded_at is null
      order by d.from_on desc limit 1) named on true
    where h.id = ${holder_id} or p.id is not null`.execute(db)
  const row = rows[0]
  return row ? { program_id, holder_id, ...row } : null
}
