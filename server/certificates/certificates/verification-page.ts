import type { NameAnswer } from './issuing.actions.ts'
import { maskedName } from './masked-name.ts'
import type { CertificateRow } from './queries.ts'

export type Verdict = 'valid' | 'superseded' | 'revoked' | 'unknown'

/** What is true of a certificate now. A revocation weighs more than a replacement. */
export function verdictOf(certificate: CertificateRow | null): Verdict {
  if (!certificate) return 'unknown'
  if (certificate.revoked_at) return 'revoked'
  return certificate.superseded_at ? 'superseded' : 'valid'
}

/**
 * What a stranger with the paper sees: the record's facts, to hold against the paper, and the name only once they have
 * typed it. Of a person whose place is confidential: nothing until the name matches, and then the verdict alone.
 */
export function verifyPage(
  certificate: CertificateRow | null,
  answer: (NameAnswer & { typed: string }) | null,
  place: Readonly<{ seq: number; head_signed_at: Date | null }> | null = null,
) {
  const isNamed = answer?.kind === 'match'
  const isWithheld = Boolean(certificate?.is_confidential) && !isNamed
  const shown = isWithheld ? null : certificate
  const verdict = verdictOf(shown)
  return {
    title: 'Check a certificate',
    robots: 'noindex',
    verdict,
    answer,
    facts: shown && !certificate?.is_confidential ? factsOf(shown, isNamed) : null,
    corrected_by: shown && !certificate?.is_confidential ? shown.corrected_by : null,
    /** Where its issue stands in the ledger, and the code by which the proof of it is had. */
    place: shown && !certificate?.is_confidential && place ? { ...place, code: shown.token } : null,
    ended_at: shown?.revoked_at ?? shown?.superseded_at ?? null,
  }
}

/** The record's facts as anybody may hold them against the paper. */
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
