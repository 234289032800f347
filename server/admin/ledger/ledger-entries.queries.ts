import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { LedgerFilter } from './ledger-filter.ts'

export type LedgerLine = Readonly<{
  /** Sorts entries, also those that wait for their place. */
  turn: number
  /** Its place. Null until it has one, for less than a second. */
  seq: number | null
  at: Date
  actor: string | null
  kind: string
  subject: string
  /** The person that an entry about a role or an account speaks of; training is never shown by name. */
  person: string | null
  facts: string
  hash: string | null
}>

/** Entries that fit a filter, the newest first, from below a turn on. */
export async function listLedgerLines(
  db: Kysely<DB>,
  { kind, subject, actor, from, until }: LedgerFilter,
  { below, size }: Readonly<{ below: number | null; size: number }>,
): Promise<readonly LedgerLine[]> {
  const like = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<LedgerLine>`
    select l.turn, l.seq, l.at, p.name as actor, l.kind, l.subject, s.name as person, l.facts, l.hash
    from ledger_entries l left join people p on p.id = l.actor_id
    left join people s on l.kind ~ '^(role|link|account|data-notice)-' and l.subject = 'person:' || s.id
    where (${below}::bigint is null or l.turn < ${below}::bigint)
      and (${kind}::text is null or l.kind = ${kind})
      and (${subject === ''} or l.subject ilike ${like(subject)})
      and (${actor === ''} or p.name ilike ${like(actor)} or p.email ilike ${like(actor)})
      and (${from}::timestamptz is null or l.at >= ${from}::timestamptz)
      and (${until}::timestamptz is null or l.at < ${until}::timestamptz)
    order by l.turn desc limit ${size}`.execute(db)
  return rows
}

/** Entries that fit a filter, all of them, a batch at a time: an export holds one batch in memory. */
export async function* eachLedgerBatch(
  db: Kysely<DB>,
  filter: LedgerFilter,
  size = 2000,
): AsyncGenerator<readonly LedgerLine[]> {
  let below: number | null = null
  for (;;) {
    const lines: readonly LedgerLine[] = await listLedgerLines(db, filter, { below, size })
    if (lines.length > 0) yield lines
    if (lines.length < size) return
    below = lines.at(-1)!.turn
  }
}

type LedgerSummary = Readonly<{ total: number; kinds: readonly string[] }>

/** How many entries there are, and of which kinds: each kind is one step in its index, however many entries it has. */
export async function findLedgerSummary(db: Kysely<DB>): Promise<LedgerSummary> {
  const { rows } = await sql<LedgerSummary>`
    with recursive found as (
      (select kind from ledger order by kind limit 1)
      union all
      select (select l.kind from ledger l where l.kind > f.kind order by l.kind limit 1) from found f where f.kind is not null)
    select coalesce((select max(seq) from ledger), 0)::int as total,
      coalesce(array_agg(kind order by kind) filter (where kind is not null), '{}') as kinds
    from found`.execute(db)
  return rows[0]!
}
