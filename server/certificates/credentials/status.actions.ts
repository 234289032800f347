import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { openSigningKey } from './key-file.ts'
import { countIssued, findSignedList, listSetPlaces } from './status.queries.ts'
import { newStatusList, statusListCredential, withSet } from './status-list.ts'
import { type ListName, listOf, listUrl } from './status-places.ts'

export type Signing = Readonly<{ baseUrl: string; keysFile: string }>

/** Signs a list as the acts in this transaction leave it: whoever revokes or supersedes calls this in the same one. */
export async function signStatusList(
  trx: Transaction<DB>,
  name: ListName,
  list: number,
  { baseUrl, keysFile }: Signing,
  now: Date,
): Promise<string> {
  // Two acts at once take turns, so that the list that is signed last holds both.
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-status-lists'))`.execute(trx)
  const key = await openSigningKey(keysFile, baseUrl, now)
  const bits = withSet(newStatusList(), ...(await listSetPlaces(trx, name, list)))
  const purpose = name === 'revocation' ? 'revocation' : 'message'
  const signed = await statusListCredential(bits, purpose, listUrl(baseUrl, name, list), key, now)
  const credential = JSON.stringify(signed)
  await trx.insertInto('status_lists').values({ purpose: name, list, credential, signed_at: now }).execute()
  return credential
}

/** The list as published: signed anew where it never was, or where another key or address holds now. Null for no list. */
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
