import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { isSameName } from './masked-name.ts'
import { type CertificateRow, countFailedNameChecks } from './queries.ts'

const mostFailedNameChecks = 5

export type NameAnswer = { kind: 'match' } | { kind: 'no-match' } | { kind: 'slowed' }

/**
 * Compares a typed name with the printed one. Five failed attempts per hour are allowed for each code. Attempts on a
 * code without a certificate are counted the same way, so that the response doesn't reveal whether one exists.
 */
export async function compareName(
  db: Database,
  token: string,
  certificate: CertificateRow | null,
  typed: string,
): Promise<NameAnswer> {
  if ((await countFailedNameChecks(db, token)) >= mostFailedNameChecks) return { kind: 'slowed' }
  if (certificate && isSameName(typed, certificate.facts.person_name)) return { kind: 'match' }
  await db.insertInto('failed_name_checks').values({ token, at: sql`now()` }).execute()
  return { kind: 'no-match' }
}

/** Deletes failed attempts older than an hour, which no longer count. */
export async function sweepFailedNameChecks(db: Database): Promise<void> {
  await db.deleteFrom('failed_name_checks').where('at', '<', sql<Date>`now() - interval '1 day'`).execute()
}
