import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { appendToLedger } from '#server/ledger/actions.ts'
import type { CertificateFacts } from './facts.ts'
import { checkName } from './names.ts'
import { isSameName } from './names-match.ts'
import { type CertificateRow, countNameTries, findCertificateFile, findCertificateOfCompletion } from './queries.ts'
import { certificateNumber, newCertificateToken } from './tokens.ts'

/** What a certificate certifies, as the caller found it; the number, the address and the issuer are added here. */
export type Certified = Omit<CertificateFacts, 'certificate_number' | 'token' | 'verify_url' | 'issuer_name'>

export type Issuer = Readonly<{ baseUrl: string; issuerName: string }>

export type IssueResult =
  | { kind: 'issued'; number: string }
  /** The name has something that cannot be drawn right: an administrator mends the name, then it is issued. */
  | { kind: 'name-refused'; reason: string }

/**
 * Issues the one certificate of a completion, in the transaction that records it. Asked again, however parallel, it
 * returns the certificate that is there. The printed facts are frozen in the row.
 */
export async function issueCertificate(
  trx: Transaction<DB>,
  completion: Readonly<{ id: string; person_id: string }>,
  certified: Certified,
  issuer: Issuer,
  now: Date,
): Promise<IssueResult> {
  const name = checkName(certified.person_name)
  if (!name.ok) return { kind: 'name-refused', reason: name.reason }
  // The counter's row is the queue: the second of two parallel calls waits here, and then finds the first one's row.
  const { last_number } = await trx
    .selectFrom('certificate_counter')
    .select('last_number')
    .forUpdate()
    .executeTakeFirstOrThrow()
  const existing = await findCertificateOfCompletion(trx, completion.id)
  if (existing) return { kind: 'issued', number: existing.number }
  const number = certificateNumber(last_number + 1)
  const token = newCertificateToken()
  const facts: CertificateFacts = {
    ...certified,
    person_name: name.name,
    certificate_number: number,
    token,
    verify_url: `${issuer.baseUrl}/verify/${token}`,
    issuer_name: issuer.issuerName,
  }
  await trx.updateTable('certificate_counter').set({ last_number: last_number + 1 }).execute()
  const { id } = await trx
    .insertInto('certificates')
    .values({
      completion_id: completion.id,
      person_id: completion.person_id,
      number,
      token,
      facts: JSON.stringify(facts),
      issued_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { person_name: _name, token: _token, verify_url: _url, ...recorded } = facts
  await appendToLedger(trx, {
    kind: 'certificate-issued',
    actor_id: completion.person_id,
    subject: `certificate:${number}`,
    facts: { certificate_id: id, completion_id: completion.id, ...recorded, facts_sha256: factsHash(facts) },
    at: now,
  })
  return { kind: 'issued', number }
}

const factsHash = (facts: CertificateFacts) => createHash('sha256').update(JSON.stringify(facts)).digest('hex')

export type DrawCertificate = (facts: CertificateFacts) => Promise<Uint8Array>

/**
 * The issued bytes: drawn once from the frozen facts, kept with their hash, and served again unchanged. Drawing comes
 * after the issue, so that a slow page of vectors holds no lock; a crash between the two heals at the next request.
 */
export async function certificateFile(
  db: Database,
  certificate: CertificateRow,
  draw: DrawCertificate,
  now: Date,
): Promise<Readonly<{ pdf: Buffer; sha256: string }>> {
  const kept = await findCertificateFile(db, certificate.id)
  if (kept) return kept
  const pdf = Buffer.from(await draw(certificate.facts))
  const sha256 = createHash('sha256').update(pdf).digest('hex')
  return db.transaction().execute(async (trx) => {
    const inserted = await trx
      .insertInto('certificate_files')
      .values({ certificate_id: certificate.id, pdf, sha256 })
      .onConflict((conflict) => conflict.doNothing())
      .returning(['pdf', 'sha256'])
      .executeTakeFirst()
    // Another request drew it first: its bytes are the issued ones.
    if (!inserted) return (await findCertificateFile(trx, certificate.id)) ?? { pdf, sha256 }
    await appendToLedger(trx, {
      kind: 'certificate-drawn',
      actor_id: null,
      subject: `certificate:${certificate.number}`,
      facts: { certificate_id: certificate.id, pdf_sha256: sha256 },
      at: now,
    })
    return inserted
  })
}

const mostNameTries = 5

export type NameAnswer = { kind: 'match' } | { kind: 'no-match' } | { kind: 'slowed' }

/**
 * Compares a typed name with the printed one; five misses an hour for one code. A code without a certificate is asked
 * and counted the same way, so that the answer does not tell whether there is one.
 */
export async function compareName(
  db: Database,
  token: string,
  certificate: CertificateRow | null,
  typed: string,
): Promise<NameAnswer> {
  if ((await countNameTries(db, token)) >= mostNameTries) return { kind: 'slowed' }
  if (certificate && isSameName(typed, certificate.facts.person_name)) return { kind: 'match' }
  await db.insertInto('name_tries').values({ token, at: sql`now()` }).execute()
  return { kind: 'no-match' }
}
