import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { LedgerFilter } from './ledger-filter.ts'

export type LedgerLine = Readonly<{
  seq: number
  at: Date
  actor: string | null
  kind: string
  subject: string
  /** The person that an entry about a role or an account speaks of; training is never shown by name. */
  person: string | null
  facts: string
  hash: string
}>

/** Entries that fit a filter, the newest first, from below a row number on. */
export async function listLedgerLines(
  db: Kysely<DB>,
  { kind, subject, actor, from, until }: LedgerFilter,
  { below, size }: Readonly<{ below: number | null; size: number }>,
): Promise<readonly LedgerLine[]> {
  const like = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<LedgerLine>`
    select l.seq, l.at, p.name as actor, l.kind, l.subject, s.name as person, l.facts, l.hash
    from ledger l left join people p on p.id = l.actor_id
    left join people s on l.kind ~ '^(role|link|account)-' and l.subject = 'person:' || s.id
    where (${below}::bigint is null or l.seq < ${below}::bigint)
      and (${kind}::text is null or l.kind = ${kind})
      and (${subject === ''} or l.subject ilike ${like(subject)})
      and (${actor === ''} or p.name ilike ${like(actor)} or p.email ilike ${like(actor)})
      and (${from}::timestamptz is null or l.at >= ${from}::timestamptz)
      and (${until}::timestamptz is null or l.at < ${until}::timestamptz)
    order by l.seq desc limit ${size}`.execute(db)
  return rows
}

export async function listLedgerKinds(db: Kysely<DB>): Promise<readonly string[]> {
  const rows = await db.selectFrom('ledger').select('kind').distinct().orderBy('kind').execute()
  return rows.map(({ kind }) => kind)
}

export async function countLedger(db: Kysely<DB>): Promise<number> {
  const row = await db.selectFrom('ledger').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row?.seq ?? 0
}
