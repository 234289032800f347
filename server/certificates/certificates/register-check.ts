import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { Finding } from '#server/ledger/checking.ts'
import type { Recorded } from '#server/ledger/queries.ts'

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

/** A certificate in the register, with the SHA-256 of its stored file. */
export type StoredCertificate = Readonly<{
  number: string
  facts: CertificateFacts
  pdf_sha256: string | null
  /** How it ended, if it did: 'revoked', 'superseded'. */
  ended: readonly string[]
}>

export const missingFromRegister = ({ seq, subject }: Pick<Recorded, 'seq' | 'subject'>): Finding => ({
  row: seq,
  what: `Certificate ${subject.replace('certificate:', '')} was issued but is missing from the register.`,
})

/** The ledger's word for each way in which a certificate ends. */
const endings: Readonly<Record<string, string>> = {
  'certificate-revoked': 'revoked',
  'certificate-corrected': 'superseded',
}

/** The kinds of entries that the register must agree with. */
export const registerKinds: readonly string[] = [
  'certificate-issued',
  'certificate-drawn',
  ...Object.keys(endings),
]

/** What the ledger says of how a certificate ended, from the kinds of its entries. */
const endedBy = (kinds: readonly string[]): readonly string[] => kinds.flatMap((kind) => endings[kind] ?? [])

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((act) => other.includes(act))

/**
 * Whether a certificate can be shown as the ledger's entries about it say: its facts are those that were sealed, and an
 * end that they record is in the register. The oldest entries have no digest of the facts.
 */
export function isAsRecorded(
  certificate: Omit<StoredCertificate, 'number' | 'pdf_sha256'>,
  entries: readonly Readonly<{ kind: string; facts: string }>[],
): boolean {
  const issued = entries.find(({ kind }) => kind === 'certificate-issued')
  if (!issued) return false
  const { facts_jcs_sha256 } = JSON.parse(issued.facts) as Record<string, unknown>
  if (facts_jcs_sha256 !== undefined && facts_jcs_sha256 !== digestOf(certificate.facts)) return false
  return endedBy(entries.map(({ kind }) => kind)).every((act) => certificate.ended.includes(act))
}

/**
 * Compares the certificate register with a ledger whose hash chain has been verified: every issued certificate is
 * there with unchanged facts and its original file, ended only as the ledger records, and no other certificate is there.
 */
export function checkRegister(
  entries: readonly Recorded[],
  certificates: readonly StoredCertificate[],
  /** How many entries the ledger has, where these are only some. */
  all = entries.length,
): Finding | null {
  const register = new Map(certificates.map((one) => [one.number, one]))
  const issued = new Set<string>()
  const ended = new Map<string, string[]>()
  for (const { seq, kind, subject, facts } of entries) {
    const ending = endings[kind]
    if (!registerKinds.includes(kind)) continue
    const number = subject.replace('certificate:', '')
    const found = (what: string): Finding => ({ row: seq, what: `Certificate ${number} ${what}` })
    const stored = register.get(number)
    if (!stored) return missingFromRegister({ seq, subject })
    if (ending) {
      if (!stored.ended.includes(ending)) return found(`was ${ending}, but the register doesn’t say so.`)
      ended.set(number, [...(ended.get(number) ?? []), ending])
      continue
    }
    const { facts_jcs_sha256, pdf_sha256 } = JSON.parse(facts) as Record<string, unknown>
    if (kind === 'certificate-drawn' && stored.pdf_sha256 !== pdf_sha256)
      return found('has a file in the register that is not the original one.')
    if (kind === 'certificate-drawn') continue
    issued.add(number)
    // The oldest ledger rows have no digest of the facts. The hash chain still shows if one is removed.
    if (facts_jcs_sha256 !== undefined && facts_jcs_sha256 !== digestOf(stored.facts))
      return found('was changed in the register after it was issued.')
  }
  const after = (what: string): Finding => ({ row: all + 1, what })
  const unknown = certificates.find(({ number }) => !issued.has(number))
  if (unknown)
    return after(`Certificate ${unknown.number} is in the register, but no ledger row records its issue.`)
  const unended = certificates.find((one) => !isSame(one.ended, ended.get(one.number) ?? []))
  return unended
    ? after(`Certificate ${unended.number} has ended in the register, but no ledger row records that.`)
    : null
}
