import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { openSigningKey } from './key-file.ts'
import { countIssued, findSignedList, listSetPlaces } from './status.queries.ts'
import { newStatusList, statusListCredential, withSet } from './status-list.ts'
import { type ListName, listOf, listUrl } from './status-places.ts'

export type Signing = Readonly<{ baseUrl: string; keysFile: string }>

/** Signs a list with this transaction's changes. Call it in the transaction that revokes or supersedes. */
export async function signStatusList(
  trx: Transaction<DB>,
  name: ListName,
  list: number,
  { baseUrl, keysFile }: Signing,
  now: Date,
): Promise<string> {
  // Parallel changes take turns, so that the list signed last has both.
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-status-lists'))`.execute(trx)
  const key = await openSigningKey(keysFile, baseUrl, now)
  const bits = withSet(newStatusList(), ...(await listSetPlaces(trx, name, list)))
  const purpose = name === 'revocation' ? 'revocation' : 'message'
  const signed = await statusListCredential(bits, purpose, listUrl(baseUrl, name, list), key, now)
  const credential = JSON.stringify(signed)
  await trx.insertInto('status_lists').values({ purpose: name, list, credential, signed_at: now }).execute()
  return credential
}

/** The published list, or null. Signs it if it never was, or if the key or the address has changed. */
export async function publishedStatusList(
  db: Database,
  name: ListName,
  list: number,
  signing: Signing,
  now: Date,
): Promise<string | null> {
  if (list < 1 || list > listOf(Math.max(await countIssued(db), 1))) return null
  const signed = await findSignedList(db, name, list)
  const key = await openSigningKey(signing.keysFile, signing.baseUrl, now)
  if (signed) {
    const { id, proof } = JSON.parse(signed.credential) as {
      id: string
      proof: { verificationMethod: string }
    }
    if (id === listUrl(signing.baseUrl, name, list) && proof.verificationMethod === key.id)
      return signed.credential
  }
  return db.transaction().execute((trx) => signStatusList(trx, name, list, signing, now))
}
