import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { Finding, StoredEntry } from '#server/ledger/checking.ts'

/** What the ledger keeps of the facts: no name, nothing by which the paper could be had, and the digest of all of them. */
export function recordedFacts(facts: CertificateFacts): Readonly<Record<string, unknown>> {
  const { person_name: _name, token: _token, verify_url: _url, ...recorded } = facts
  return { ...recorded, facts_jcs_sha256: digestOf(facts) }
}

/** SHA-256 over RFC 8785, so that the order in which the database keeps the keys does not matter. */
const digestOf = (facts: CertificateFacts) =>
  createHash('sha256')
    .update(canonicalize(facts) ?? '')
    .digest('hex')

/** A certificate as the register has it, with the SHA-256 of its stored file. */
export type StoredCertificate = Readonly<{
  number: string
  facts: CertificateFacts
  pdf_sha256: string | null
}>

/**
 * Holds the register against a ledger that was found whole: each certificate that was issued is there and says what it
 * said, its file is the one that was drawn, and none is there that was not issued.
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
    if (!stored) return found('was issued, and is no longer in the register.')
    const { facts_jcs_sha256, pdf_sha256 } = JSON.parse(facts) as Record<string, unknown>
    if (kind === 'certificate-drawn' && stored.pdf_sha256 !== pdf_sha256)
      return found('has another file in the register than the one that was drawn.')
    if (kind === 'certificate-drawn') continue
    issued.add(number)
    // The ledger's first rows have no digest that can be worked out again; the chain holds that none is taken away.
    if (facts_jcs_sha256 !== undefined && facts_jcs_sha256 !== digestOf(stored.facts))
      return found('does not say in the register what it said when it was issued.')
  }
  const unknown = certificates.find(({ number }) => !issued.has(number))
  return unknown
    ? {
        row: entries.length + 1,
        what: `Certificate ${unknown.number} is in the register, and no row says that it was issued.`,
      }
    : null
}
