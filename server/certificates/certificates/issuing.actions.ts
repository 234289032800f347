import { createHash, randomBytes } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { certificateNumber } from '#server/certificates/certificate-number.ts'
import { openSigningKey } from '#server/certificates/credentials/key-file.ts'
import { listOf, randomIndex, statusEntries } from '#server/certificates/credentials/status-places.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { newCertificateToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { notify, notifyAll } from '#server/notices/actions.ts'
import { listProgramAdministrators } from '#server/notices/queries.ts'
import { emit } from '#server/notices/webhooks/emit.actions.ts'
import { makeCertificate } from './certificate-file.ts'
import { pageFault } from './certificate-layout.ts'
import { checkName } from './printable-name.ts'
import {
  type CertificateRow,
  findCertificateFile,
  findCertificateOfCompletion,
  findProof,
} from './queries.ts'
import { recordedFacts } from './register-check.ts'

/** The facts that the caller supplies. Number, address and issuer are added when the certificate is issued. */
export type Certified = Omit<CertificateFacts, 'certificate_number' | 'token' | 'verify_url' | 'issuer_name'>

export type Issuer = Readonly<{ baseUrl: string; issuerName: string }>

type IssueResult =
  | { kind: 'issued'; number: string }
  /** The name or another fact can't be printed. The certificate is issued once it is fixed. */
  | { kind: 'name-refused'; reason: string }

/**
 * Issues the one certificate of a completion, in the transaction that records it. Repeated or parallel calls return
 * the same certificate. The printed facts are frozen in the row. Call it last: from its number until the commit, every other
 * certificate waits.
 */
export async function issueCertificate(
  trx: EvidenceTransaction,
  completion: Readonly<{ id: string; person_id: string }>,
  certified: Certified,
  issuer: Issuer,
  now: Date,
): Promise<IssueResult> {
  // The second of two parallel calls waits here and then finds the first one's certificate.
  await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-completion'), hashtext(${completion.id}))`.execute(
    trx,
  )
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
    await tellOfRefusedName(trx, completion, certified.person_name, printable.reason)
    return printable
  }
  const { id, facts } = await insertCertificate(
    trx,
    { completion, certified: printable.certified, corrects_id: null },
    issuer,
    now,
  )
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
  await emitIssued(trx, completion.person_id, facts, now)
  return { kind: 'issued', number: facts.certificate_number }
}

/** Tells programs’ software of a certificate. */
export const emitIssued = (trx: Transaction<DB>, person_id: string, facts: CertificateFacts, now: Date) =>
  emit(
    trx,
    'certificate.issued',
    [{ person_id, program_id: null, data: { number: facts.certificate_number, course: facts.course_title } }],
    now,
  )

/** The administrators who can correct the name hear of it, once for each completion. */
async function tellOfRefusedName(
  trx: EvidenceTransaction,
  { id, person_id }: Readonly<{ id: string; person_id: string }>,
  name: string,
  reason: string,
): Promise<void> {
  const administrators = await listProgramAdministrators(trx, { personId: person_id })
  await notifyAll(
    trx,
    administrators.map((administrator) => ({
      person_id: administrator,
      kind: 'name-unprintable',
      facts: { person_id, name, reason },
      dedupe_key: `name-unprintable ${id}`,
    })),
  )
}

/** The facts with the printable name, or why they can't be printed. */
export function printableFacts(
  certified: Certified,
  issuer: Issuer,
): Readonly<{ kind: 'printable'; certified: Certified } | { kind: 'name-refused'; reason: string }> {
  const name = checkName(certified.person_name)
  if (!name.ok) return { kind: 'name-refused', reason: name.reason }
  const named = { ...certified, person_name: name.name }
  // Every number and code has the same width, so placeholders are enough.
  const fault = pageFault(completed(named, issuer, certificateNumber(999_999), 'm'.repeat(26)))
  return fault === null ? { kind: 'printable', certified: named } : { kind: 'name-refused', reason: fault }
}

/**
 * The next number. The counter's row is locked until the commit, so that numbers have no gaps. A process that freezes until
 * then must not stop the others: the database ends its transaction.
 */
async function takeNumber(trx: Transaction<DB>): Promise<number> {
  const { rows } = await sql<{ last_number: number }>`
    update certificate_counter set last_number = last_number + 1
    returning last_number, set_config('idle_in_transaction_session_timeout', '4s', true)`.execute(trx)
  return rows[0]!.last_number
}

type NewCertificate = Readonly<{
  completion: Readonly<{ id: string; person_id: string }>
  certified: Certified
  /** The certificate that this one replaces. */
  corrects_id: string | null
}>

/** Inserts the certificate with the next number, its status list entries, and the job that draws it. */
export async function insertCertificate(
  trx: Transaction<DB>,
  { completion, certified, corrects_id }: NewCertificate,
  issuer: Issuer,
  now: Date,
): Promise<Readonly<{ id: string; facts: CertificateFacts }>> {
  const number = await takeNumber(trx)
  const facts = completed(certified, issuer, certificateNumber(number), newCertificateToken())
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
    // At most half of a list is ever used, so a few random draws find a free entry.
    const row = await trx
      .insertInto('certificate_proofs')
      .values({
        certificate_id: id,
        salt,
        list: listOf(number),
        revocation_index: randomIndex(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('certificate_id')
      .executeTakeFirst()
    isPlaced = row !== undefined
  }
  await enqueue(trx, 'draw-certificate', { certificate: id })
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

type CertificateFile = Readonly<{ pdf: Buffer; sha256: string; credential: string | null }>

/**
 * The issued file: drawn and signed once from the frozen facts, stored with its hash and served unchanged after that.
 * A job makes it once the certificate is issued, so that slow drawing holds no lock. A request that comes before the job
 * makes it too. A caller that needs many files passes a `make` that runs in worker threads.
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
    { person_id: certificate.account_id, salt: proof.salt },
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
    // Another request made the file first. Serve that one.
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
