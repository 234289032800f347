import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type ChangedFact = Readonly<{
  id: string
  key: string
  reason: string
  marked_by_name: string
  marked_at: Date
  how: string | null
  resolved_by_name: string | null
  resolved_at: Date | null
}>

/** What was marked as changed, latest first: everything, or what no one has resolved. */
export async function listChangedFacts(
  db: Kysely<DB>,
  { isOpen }: Readonly<{ isOpen: boolean }>,
): Promise<readonly ChangedFact[]> {
  const { rows } = await sql<ChangedFact>`
    select c.id, c.key, c.reason, m.name as marked_by_name, c.marked_at, e.how, r.name as resolved_by_name, e.resolved_at
    from changed_facts c join people m on m.id = c.marked_by
    left join changed_fact_ends e on e.changed_fact_id = c.id left join people r on r.id = e.resolved_by
    where not (${isOpen} and e.changed_fact_id is not null)
    order by c.marked_at desc limit 500`.execute(db)
  return rows
}
