import { maskedName } from './masked-name.ts'
import type { NameAnswer } from './name-checks.actions.ts'
import type { CertificateRow } from './queries.ts'

type Verdict = 'valid' | 'superseded' | 'revoked' | 'unknown'

/** What the public is told. Nothing in a record under review can be relied on. */
export type PublicVerdict = Verdict | 'under-review'

/** The certificate's status now. A revocation overrides a replacement. */
export function verdictOf(certificate: CertificateRow | null): Verdict {
  if (!certificate) return 'unknown'
  if (certificate.revoked_at) return 'revoked'
  return certificate.superseded_at ? 'superseded' : 'valid'
}

/**
 * What the public sees: the record's facts, to compare with the certificate, and the name only once they have typed
 * it. If the person's address is confidential: nothing until the name matches, and then only the verdict.
 */
export function verifyPage(
  certificate: CertificateRow | null,
  answer: (NameAnswer & { typed: string }) | null,
  place: Readonly<{ seq: number | null; head_signed_at: Date | null }> | null = null,
  isUnderReview = false,
) {
  const isNamed = answer?.kind === 'match'
  const isWithheld = Boolean(certificate?.is_confidential) && !isNamed
  const isShown = certificate !== null && !isWithheld
  const shown = isShown && !isUnderReview ? certificate : null
  const verdict: PublicVerdict = isShown && isUnderReview ? 'under-review' : verdictOf(shown)
  return {
    title: 'Verify a certificate',
    robots: 'noindex',
    verdict,
    answer,
    facts: shown && !certificate?.is_confidential ? factsOf(shown, isNamed) : null,
    corrected_by: shown && !certificate?.is_confidential ? shown.corrected_by : null,
    /** The ledger entry of its issue, and the code in the proof's address. */
    place: shown && !certificate?.is_confidential && place ? { ...place, code: shown.token } : null,
    ended_at: shown?.revoked_at ?? shown?.superseded_at ?? null,
  }
}

/** The facts that anyone may compare with the certificate. */
export function factsOf({ facts }: CertificateRow, isNamed: boolean) {
  return {
    name: isNamed ? facts.person_name : maskedName(facts.person_name),
    number: facts.certificate_number,
    course: facts.course_title,
    version: facts.course_version,
    completed_on: facts.completed_on,
    issued_at: facts.issued_at,
    hours: facts.hours,
    modules: facts.modules.length,
    statute: facts.statute,
    approval: facts.approval,
    issuer: facts.issuer_name,
    note: facts.note,
  }
}
