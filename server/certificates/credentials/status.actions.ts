import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { openSigningKey } from './key-file.ts'
import { countIssued, findSignedList, listSetPlaces } from './status.queries.ts'
import { encodeList, newStatusList, statusListCredential, statusListTtl, withSet } from './status-list.ts'
import { type ListName, listOf, listUrl } from './status-places.ts'

export type Signing = Readonly<{ baseUrl: string; keysFile: string }>

/**
 * Signs a list with this transaction's changes. Call it in the transaction that revokes or supersedes. A list that has not
 * changed is not signed again, so that copies of it stay the same.
 */
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
  const last = await findSignedList(trx, name, list)
  if (last && isAsSigned(last.credential, listUrl(baseUrl, name, list), key.id, encodeList(bits)))
    return last.credential
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
  if (signed && isAsSigned(signed.credential, listUrl(signing.baseUrl, name, list), key.id))
    return signed.credential
  return db.transaction().execute((trx) => signStatusList(trx, name, list, signing, now))
}

/** Whether a list would be signed the same way today. Without the bits, only its address, key and form are compared. */
function isAsSigned(credential: string, url: string, keyId: string, bits?: string): boolean {
  const { id, proof, credentialSubject } = JSON.parse(credential) as {
    id: string
    proof: { verificationMethod: string }
    credentialSubject: { encodedList: string; ttl?: number }
  }
  return (
    id === url &&
    proof.verificationMethod === keyId &&
    credentialSubject.ttl === statusListTtl &&
    (bits === undefined || credentialSubject.encodedList === bits)
  )
}
