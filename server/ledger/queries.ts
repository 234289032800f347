import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { StoredEntry } from './checking.ts'

const unparsed = sql`seq, coalesce(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') as at,
  actor_id::text, kind, subject, facts, previous_hash, hash`

/** Every row that has its place, unparsed. */
export async function listEntries(db: Kysely<DB>): Promise<readonly StoredEntry[]> {
  const { rows } = await sql<StoredEntry>`select ${unparsed} from ledger order by seq`.execute(db)
  return rows
}

/** The same in pages. */
export async function* eachEntryPage(db: Kysely<DB>, many: number): AsyncGenerator<readonly StoredEntry[]> {
  for (
    let rows = await listFrom(db, null, many);
    rows.length > 0;
    rows = await listFrom(db, rows.at(-1)!.seq, many)
  )
    yield rows
}

async function listFrom(db: Kysely<DB>, after: number | null, many: number): Promise<readonly StoredEntry[]> {
  const from = after === null ? sql`true` : sql`seq > ${after}`
  const { rows } = await sql<StoredEntry>`
    select ${unparsed} from ledger where ${from} order by seq limit ${many}`.execute(db)
  return rows
}

/** What an entry says, and its place. */
export type Recorded = Pick<StoredEntry, 'seq' | 'kind' | 'subject' | 'facts'>

/** The entries of some kinds about some subjects. Those that wait for their place are counted as the next one. */
export async function listRecorded(
  db: Kysely<DB>,
  kinds: readonly string[],
  subjects: readonly string[],
): Promise<readonly Recorded[]> {
  const { rows } = await sql<Recorded>`
    select coalesce(seq, (select coalesce(max(seq), 0) + 1 from ledger)) as seq, kind, subject, facts from ledger_entries
    where subject = any(${[...subjects]}::text[]) and kind = any(${[...kinds]}::text[])
    order by turn`.execute(db)
  return rows
}

/** How many entries wait for their place. */
export async function countWaiting(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{
    waiting: number
  }>`select count(*)::int as waiting from ledger_arrivals`.execute(db)
  return rows[0]!.waiting
}

/** Runs queries that all read the same instant. */
export const atOneInstant = <T>(db: Kysely<DB>, read: (trx: Kysely<DB>) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)

/** For how many seconds the oldest waiting entry has waited for its place. 0 where none waits. */
export async function findLag(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from clock_timestamp() - arrived_at)::float8 as seconds
    from ledger_arrivals order by id limit 1`.execute(db)
  return Math.max(rows[0]?.seconds ?? 0, 0)
}

export async function findEntryText(db: Kysely<DB>, seq: number): Promise<StoredEntry | null> {
  const { rows } = await sql<StoredEntry>`select ${unparsed} from ledger where seq = ${seq}`.execute(db)
  return rows[0] ?? null
}

/** How many rows there are, by the number of the last one. */
export async function countEntries(db: Kysely<DB>): Promise<number> {
  const row = await db
    .selectFrom('ledger')
    .select(({ fn }) => fn.max('seq').as('last'))
    .executeTakeFirst()
  return Number(row?.last ?? 0)
}

export const findLastHead = (db: Kysely<DB>) =>
  db
    .selectFrom('ledger_heads')
    .select(['size', 'root', 'note', 'signed_at'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** The first placed row of a kind about a subject. */
export const findEntry = (db: Kysely<DB>, kind: string, subject: string) =>
  db
    .selectFrom('ledger')
    .select(['seq', 'hash', 'at'])
    .where('subject', '=', subject)
    .where('kind', '=', kind)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()

/** The ledger row of a certificate's issue, if it has its place, and when the first head that covers it was signed, if any. */
export async function findPlace(
  db: Kysely<DB>,
  number: string,
): Promise<Readonly<{ seq: number | null; head_signed_at: Date | null }> | null> {
  const { rows } = await sql<{ seq: number | null; head_signed_at: Date | null }>`
    select l.seq, (select h.signed_at from ledger_heads h where h.size >= l.seq order by h.id desc limit 1) as head_signed_at
    from ledger_entries l where l.subject = ${`certificate:${number}`} and l.kind = 'certificate-issued'
    order by l.turn limit 1`.execute(db)
  return rows[0] ?? null
}
