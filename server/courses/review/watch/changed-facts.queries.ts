import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

/** A statute or fact that a reviewer marked as changed. */
export type ChangedFact = Readonly<{
  id: string
  key: string
  reason: string
  /** Where they saw it. */
  source: string
  /** The day from which the new text holds, if they know it. */
  changed_on: Day | null
  marked_by_name: string
  marked_at: Date
  is_open: boolean
  /** The places that it flags, and how many of them no one has answered. */
  flags: number
  open_flags: number
  /** How it was settled, if it flags nothing. */
  how: string | null
  resolved_by_name: string | null
  resolved_at: Date | null
}>

/** What was marked as changed, latest first. */
export async function listChangedFacts(db: Kysely<DB>): Promise<readonly ChangedFact[]> {
  const { rows } = await sql<ChangedFact>`
    select c.id, c.key, c.reason, c.source, c.changed_on, m.name as marked_by_name, c.marked_at,
      exists (select from open_changed_facts o where o.id = c.id) as is_open,
      f.flags, f.open_flags, e.how, r.name as resolved_by_name, e.resolved_at
    from changed_facts c join people m on m.id = c.marked_by
    left join changed_fact_ends e on e.changed_fact_id = c.id left join people r on r.id = e.resolved_by
    join lateral (select count(*)::int as flags, count(*) filter (where a.flag_id is null)::int as open_flags
      from changed_fact_flags f left join changed_fact_flag_answers a on a.flag_id = f.id
      where f.changed_fact_id = c.id) f on true
    order by c.marked_at desc limit 500`.execute(db)
  return rows
}

/** A place that quotes something that changed, and what a reviewer answered. */
export type Flag = Readonly<{
  id: string
  kind: string
  place: string
  title: string
  within: string
  outcome: 'kept' | 'changed' | null
  version: string | null
  reason: string | null
  answered_by_name: string | null
  answered_at: Date | null
}>

export async function listFlags(db: Kysely<DB>, changedFactId: string): Promise<readonly Flag[]> {
  const { rows } = await sql<Flag>`
    select f.id, f.kind, f.place, f.title, f.within, a.outcome, a.version, a.reason, p.name as answered_by_name, a.answered_at
    from changed_fact_flags f left join changed_fact_flag_answers a on a.flag_id = f.id
    left join people p on p.id = a.answered_by
    where f.changed_fact_id = ${changedFactId} order by f.kind, f.within, f.place`.execute(db)
  return rows
}

export type OpenFlag = Readonly<{ changed_fact_id: string; key: string; reason: string; place: string }>

/** The flags of a kind that no one has answered. */
export async function listOpenFlags(
  db: Kysely<DB>,
  kind: 'Lesson' | 'Question',
): Promise<readonly OpenFlag[]> {
  const { rows } = await sql<OpenFlag>`
    select c.id as changed_fact_id, c.key, c.reason, f.place
    from open_changed_facts c join changed_fact_flags f on f.changed_fact_id = c.id and f.kind = ${kind}
    where not exists (select from changed_fact_flag_answers a where a.flag_id = f.id)
    order by c.marked_at desc, f.place`.execute(db)
  return rows
}
