import { sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { entryHash, genesisHash } from '#server/ledger/chain.ts'

type Entry = Readonly<{ at: Date; actor_id: string | null; kind: string; subject: string; facts: string }>

/** How versions before the sequencer recorded an entry: each writer holds the ledger's lock from here until its commit. */
export async function appendAsBefore(trx: Transaction<DB>, entry: Entry): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-ledger'))`.execute(trx)
  const last = await trx
    .selectFrom('ledger')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const row = { ...entry, seq: (last?.seq ?? 0) + 1 }
  const previous_hash = last?.hash ?? genesisHash
  await trx
    .insertInto('ledger')
    .values({ ...row, previous_hash, hash: entryHash(row, previous_hash) })
    .execute()
}
