import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { entryHash, genesisHash } from './chain.ts'
import { keepTiles } from './tiles.actions.ts'
import { tileWidth } from './tiles.ts'

/** How many entries get their place in one transaction. */
export const atOnce = 500

/** Places every entry whose transaction has been committed by now. */
export async function placeEntries(db: Database): Promise<void> {
  while ((await placeSome(db)).placed === atOnce);
}

type Placed = Readonly<{
  placed: number
  /** How long each of them waited for its place, in seconds. */
  waited: readonly number[]
}>

/**
 * Gives places and hashes to committed entries, in the order in which they arrived. An entry's arrival is its transaction's
 * last statement, so whatever that transaction read of others arrived before it. Entries leave the arrivals in the
 * transaction that places them: whichever step fails, none is lost or placed twice.
 */
export async function placeSome(db: Database): Promise<Placed> {
  if (!(await hasArrivals(db))) return { placed: 0, waited: [] }
  return db.transaction().execute(async (trx) => {
    await takeTurn(trx)
    const arrived = await trx
      .selectFrom('ledger_arrivals')
      .select(['id', 'at', 'actor_id', 'kind', 'subject', 'facts', 'arrived_at'])
      .orderBy('id')
      .limit(atOnce)
      .execute()
    if (arrived.length === 0) return { placed: 0, waited: [] }
    const size = await place(trx, arrived)
    if (size % tileWidth < arrived.length) await keepTiles(trx, size)
    // In the same transaction: a head is due from the entry on that makes it so, not from the next look at the clock.
    if (isHeadDue(size - arrived.length, size)) await enqueue(trx, 'sign-ledger-head')
    const now = Date.now()
    return {
      placed: arrived.length,
      waited: arrived.map(({ arrived_at }) => (now - arrived_at.getTime()) / 1000),
    }
  })
}

/** A head is signed for every thousandth entry. */
export const isHeadDue = (lastSize: number, size: number): boolean =>
  Math.floor(size / 1000) > Math.floor(lastSize / 1000)

const hasArrivals = async (db: Database): Promise<boolean> =>
  (await db.selectFrom('ledger_arrivals').select('id').orderBy('id').limit(1).executeTakeFirst()) !==
  undefined

// A process that freezes while it has its turn must not stop the others: the database ends its transaction.
const mostIdle = '4s'

/** One process at a time places entries, on any host. Versions before this one appended their entries under the same lock. */
async function takeTurn(trx: Transaction<DB>): Promise<void> {
  await sql`select set_config('idle_in_transaction_session_timeout', ${mostIdle}, true)`.execute(trx)
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-ledger'))`.execute(trx)
}

type Arrival = Readonly<{
  id: number
  at: Date
  actor_id: string | null
  kind: string
  subject: string
  facts: string
}>

/** Links the entries to the last one of the ledger. Returns the ledger's new size. */
async function place(trx: Transaction<DB>, arrived: readonly Arrival[]): Promise<number> {
  const last = await trx
    .selectFrom('ledger')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  let seq = last?.seq ?? 0
  let hash = last?.hash ?? genesisHash
  const places = arrived.map((entry) => {
    const previous_hash = hash
    seq += 1
    hash = entryHash({ ...entry, seq }, previous_hash)
    return { arrival: entry.id, seq, previous_hash, hash }
  })
  // The database copies the entries, so that they stay what the act wrote.
  await sql`
    insert into ledger (seq, at, actor_id, kind, subject, facts, previous_hash, hash, arrival)
    select p.seq, a.at, a.actor_id, a.kind, a.subject, a.facts, p.previous_hash, p.hash, p.arrival
    from jsonb_to_recordset(${JSON.stringify(places)}::jsonb)
      as p(arrival bigint, seq bigint, previous_hash text, hash text)
    join ledger_arrivals a on a.id = p.arrival order by p.seq`.execute(trx)
  await trx
    .deleteFrom('ledger_arrivals')
    .where(sql<boolean>`id = any(${arrived.map(({ id }) => id)}::bigint[])`)
    .execute()
  return seq
}
