import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { Finding, StoredEntry } from '#server/ledger/checking.ts'

/** The facts kept in the ledger: no name, nothing that gives access to the certificate, and the digest of all facts. */
export function recordedFacts(facts: CertificateFacts): Readonly<Record<string, unknown>> {
  const { person_name: _name, token: _token, verify_url: _url, ...recorded } = facts
  return { ...recorded, facts_jcs_sha256: digestOf(facts) }
}

/** SHA-256 over RFC 8785, so that the database's order of keys doesn't matter. */
const digestOf = (facts: CertificateFacts) =>
  createHash('sha256')
    .update(canonicalize(facts) ?? '')
    .digest('hex')

/** Whether a certificate's facts are the ones that the ledger sealed. The oldest entries have no digest of them. */
export function isAsIssued(facts: CertificateFacts, sealed: string | null): boolean {
  if (sealed === null) return false
  const { facts_jcs_sha256 } = JSON.parse(sealed) as Record<string, unknown>
  return facts_jcs_sha256 === undefined || facts_jcs_sha256 === digestOf(facts)
}

/** A certificate in the register, with the SHA-256 of its stored file. */
export type StoredCertificate = Readonly<{
  number: string
  facts: CertificateFacts
  pdf_sha256: string | null
}>

/**
 * Compares the certificate register with a ledger whose hash chain has been verified: every issued certificate is
 * there with unchanged facts and its original file, and no other certificate is there.
 */
export function checkRegister(
  entries: readonly StoredEntry[],
  certificates: readonly StoredCertificate[],
): Finding | null {
  const register = new Map(certificates.map((one) => [one.number, one]))
  const issued = new Set<string>()
  for (const { seq, kind, subject, facts } of entries) {
    if (kind !== 'certificate-issued' && kind !== 'certificate-drawn') continue
    const number = subject.replace('certificate:', '')
    const found = (what: string): Finding => ({ row: seq, what: `Certificate ${number} ${what}` })
    const stored = register.get(number)
    if (!stored) return found('was issued but is missing from the register.')
    const { facts_jcs_sha256, pdf_sha256 } = JSON.parse(facts) as Record<string, unknown>
    if (kind === 'certificate-drawn' && stored.pdf_sha256 !== pdf_sha256)
      return found('has a file in the register that is not the original one.')
    if (kind === 'certificate-drawn') continue
    issued.add(number)
    // The oldest ledger rows have no digest of the facts. The hash chain still shows if one is removed.
    if (facts_jcs_sha256 !== undefined && facts_jcs_sha256 !== digestOf(stored.facts))
      return found('was changed in the register after it was issued.')
  }
  const unknown = certificates.find(({ number }) => !issued.has(number))
  return unknown
    ? {
        row: entries.length + 1,
        what: `Certificate ${unknown.number} is in the register, but no ledger row records its issue.`,
      }
    : null
}
