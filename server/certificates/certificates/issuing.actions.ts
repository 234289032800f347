import { createHash, randomBytes } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { openSigningKey } from '#server/certificates/credentials/key-file.ts'
import { listOf, randomIndex, statusEntries } from '#server/certificates/credentials/status-places.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { certificateNumber, newCertificateToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { notify } from '#server/notices/actions.ts'
import { makeCertificate } from './certificate-file.ts'
import { pageFault } from './certificate-layout.ts'
import { isSameName } from './masked-name.ts'
import { checkName } from './printable-name.ts'
import {
  type CertificateRow,
  countFailedNameChecks,
  findCertificateFile,
  findCertificateOfCompletion,
  findProof,
  listRefused,
  listUndrawn,
} from './queries.ts'
import { recordedFacts } from './register-check.ts'

/** What a certificate certifies, as the caller found it; the number, the address and the issuer are added here. */
export type Certified = Omit<CertificateFacts, 'certificate_number' | 'token' | 'verify_url' | 'issuer_name'>

export type Issuer = Readonly<{ baseUrl: string; issuerName: string }>

export type IssueResult =
  | { kind: 'issued'; number: string }
  /** The name, or something else, can't be drawn right: once it is mended, the certificate is issued. */
  | { kind: 'name-refused'; reason: string }

/**
 * Issues the one certificate of a completion, in the transaction that records it. Asked again, however parallel, it
 * returns the certificate that is there. The printed facts are frozen in the row.
 */
export async function issueCertificate(
  trx: EvidenceTransaction,
  completion: Readonly<{ id: string; person_id: string }>,
  certified: Certified,
  issuer: Issuer,
  now: Date,
): Promise<IssueResult> {
  const there = await findCertificateOfCompletion(trx, completion.id)
  if (there) return { kind: 'issued', number: there.number }
  const printable = printableFacts(certified, issuer)
  if (printable.kind === 'name-refused') {
    await trx
      .insertInto('certificate_refusals')
      .values({
        completion_id: completion.id,
        certified: JSON.stringify(certified),
        reason: printable.reason,
        refused_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return printable
  }
  const last = await lockCounter(trx)
  const existing = await findCertificateOfCompletion(trx, completion.id)
  if (existing) return { kind: 'issued', number: existing.number }
  const { id, facts } = await insertCertificate(trx, completion, printable.certified, issuer, last, null, now)
  trx.record({
    kind: 'certificate-issued',
    actor_id: completion.person_id,
    subject: `certificate:${facts.certificate_number}`,
    facts: { certificate_id: id, completion_id: completion.id, ...recordedFacts(facts) },
    at: now,
  })
  await notify(trx, {
    person_id: completion.person_id,
    kind: 'course-completed',
    facts: { course: certified.course_title, certificate: facts.certificate_number },
    dedupe_key: `certificate ${facts.certificate_number}`,
  })
  return { kind: 'issued', number: facts.certificate_number }
}

/** The facts with the name as it is printed, or why they cannot be printed. */
export function printableFacts(
  certified: Certified,
  issuer: Issuer,
): Readonly<{ kind: 'printable'; certified: Certified } | { kind: 'name-refused'; reason: string }> {
  const name = checkName(certified.person_name)
  if (!name.ok) return { kind: 'name-refused', reason: name.reason }
  const named = { ...certified, person_name: name.name }
  // The number and the code are as wide whichever they are.
  const fault = pageFault(completed(named, issuer, certificateNumber(999_999), 'm'.repeat(26)))
  return fault === null ? { kind: 'printable', certified: named } : { kind: 'name-refused', reason: fault }
}

/** The counter's row is the queue: the second of two parallel calls waits here, and then finds the first one's row. */
export async function lockCounter(trx: Transaction<DB>): Promise<number> {
  const { last_number } = await trx
    .selectFrom('certificate_counter')
    .select('last_number')
    .forUpdate()
    .executeTakeFirstOrThrow()
  return last_number
}

/** The row of a certificate, its places in the status lists and the counter. The caller holds the counter. */
export async function insertCertificate(
  trx: Transaction<DB>,
  completion: Readonly<{ id: string; person_id: string }>,
  certified: Certified,
  issuer: Issuer,
  last: number,
  corrects_id: string | null,
  now: Date,
): Promise<Readonly<{ id: string; facts: CertificateFacts }>> {
  const facts = completed(certified, issuer, certificateNumber(last + 1), newCertificateToken())
  await trx
    .updateTable('certificate_counter')
    .set({ last_number: last + 1 })
    .execute()
  const { id } = await trx
    .insertInto('certificates')
    .values({
      completion_id: completion.id,
      person_id: completion.person_id,
      corrects_id,
      number: facts.certificate_number,
      token: facts.token,
      facts: JSON.stringify(facts),
      issued_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const salt = randomBytes(32).toString('hex')
  for (let isPlaced = false; !isPlaced; ) {
    // At most half of a list is ever taken, so a free pair of places is found within a few draws.
    const row = await trx
      .insertInto('certificate_proofs')
      .values({
        certificate_id: id,
        salt,
        list: listOf(last + 1),
        revocation_index: randomIndex(),
        supersession_index: randomIndex(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('certificate_id')
      .executeTakeFirst()
    isPlaced = row !== undefined
  }
  return { id, facts }
}

const completed = (
  certified: Certified,
  { baseUrl, issuerName }: Issuer,
  certificate_number: string,
  token: string,
): CertificateFacts => ({
  ...certified,
  certificate_number,
  token,
  verify_url: `${baseUrl}/verify/${token}`,
  issuer_name: issuerName,
})

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

export type CertificateFile = Readonly<{ pdf: Buffer; sha256: string; credential: string | null }>

/**
 * The issued bytes: drawn and signed once from the frozen facts, kept with their hash, and served again unchanged. They
 * are made after the issue, so that a slow page of vectors holds no lock; a crash between the two heals at the next
 * request. Whoever needs many at once hands in a `make` that works beside the service.
 */
export async function certificateFile(
  db: Database,
  certificate: CertificateRow,
  keysFile: string,
  now: Date,
  make: typeof makeCertificate = makeCertificate,
): Promise<CertificateFile> {
  const kept = await findCertificateFile(db, certificate.id)
  if (kept) return kept
  const { facts } = certificate
  const site = new URL(facts.verify_url).origin
  const proof = await findProof(db, certificate.id)
  const made = await make(
    facts,
    { person_id: certificate.person_id, salt: proof.salt },
    statusEntries(site, proof),
    await openSigningKey(keysFile, site, now),
    now,
  )
  const pdf = Buffer.from(made.pdf)
  const credential = JSON.stringify(made.credential)
  return writeEvidence(db, async (trx) => {
    const inserted = await trx
      .insertInto('certificate_files')
      .values({ certificate_id: certificate.id, pdf, sha256: sha256(pdf), credential })
      .onConflict((conflict) => conflict.doNothing())
      .returning(['pdf', 'sha256', 'credential'])
      .executeTakeFirst()
    // Another request made it first: its bytes are the issued ones.
    if (!inserted) return (await findCertificateFile(trx, certificate.id)) as CertificateFile
    trx.record({
      kind: 'certificate-drawn',
      actor_id: null,
      subject: `certificate:${certificate.number}`,
      facts: {
        certificate_id: certificate.id,
        pdf_sha256: inserted.sha256,
        credential_sha256: sha256(credential),
      },
      at: now,
    })
    return inserted
  })
}

/**
 * Catches up on what could not be done at once: issues what was refused for a name that has been mended since, and
 * makes the files of what was issued, so that a download need not wait.
 */
export async function catchUpCertificates(
  db: Database,
  needs: Readonly<{ issuer: Issuer; keysFile: string }>,
  now: Date,
): Promise<void> {
  for (const { completion_id, person_id, person_name, certified } of await listRefused(db))
    await writeEvidence(db, (trx) =>
      issueCertificate(
        trx,
        { id: completion_id, person_id },
        { ...certified, person_name, issued_at: now.toISOString() },
        needs.issuer,
        now,
      ),
    )
  for (const certificate of await listUndrawn(db, 200))
    await certificateFile(db, certificate, needs.keysFile, now)
}

const mostFailedNameChecks = 5

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
  if ((await countFailedNameChecks(db, token)) >= mostFailedNameChecks) return { kind: 'slowed' }
  if (certificate && isSameName(typed, certificate.facts.person_name)) return { kind: 'match' }
  await db.insertInto('failed_name_checks').values({ token, at: sql`now()` }).execute()
  return { kind: 'no-match' }
}

/** Deletes failed attempts that no longer count: only those of the last hour do. */
export async function sweepFailedNameChecks(db: Database): Promise<void> {
  await db.deleteFrom('failed_name_checks').where('at', '<', sql<Date>`now() - interval '1 day'`).execute()
}
