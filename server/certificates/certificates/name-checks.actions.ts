import type { Database } from '#server/db/connection.ts'
import { type AttemptSubject, countAttempt, forgetAttempt } from '#server/people/sign-in/attempts.actions.ts'
import { isSameName } from './masked-name.ts'
import type { CertificateRow } from './queries.ts'

export type NameAnswer = { kind: 'match' } | { kind: 'no-match' } | { kind: 'slowed' }

/**
 * Compares a typed name with the printed one. Failed attempts are counted for each code and address, and for the address:
 * one who guesses can't lock the certificate for others. Attempts on a code without a certificate are counted the same
 * way, so that the response doesn't reveal whether one exists.
 */
export async function compareName(
  db: Database,
  certificate: CertificateRow | null,
  given: Readonly<{ token: string; name: string; address: string }>,
  now: Date,
): Promise<NameAnswer> {
  const subjects: readonly AttemptSubject[] = [
    { kind: 'name', value: `${given.token} ${given.address}` },
    { kind: 'names', value: given.address },
  ]
  if ((await countAttempt(db, subjects, now)) > 0) return { kind: 'slowed' }
  if (!certificate || !isSameName(given.name, certificate.facts.person_name)) return { kind: 'no-match' }
  await forgetAttempt(db, subjects)
  return { kind: 'match' }
}
