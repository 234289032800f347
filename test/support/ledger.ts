import type { Database } from '#server/db/connection.ts'
import type { StoredEntry } from '#server/ledger/checking.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import { listEntries } from '#server/ledger/queries.ts'

/** The whole ledger, after the entries that waited have their places. */
export async function placedEntries(db: Database): Promise<readonly StoredEntry[]> {
  await placeEntries(db)
  return listEntries(db)
}
