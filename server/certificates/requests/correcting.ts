import type { Certified } from '#server/certificates/certificates/issuing.actions.ts'
import type { CertificateRow } from '#server/certificates/certificates/queries.ts'
import type { Correction } from './requests.queries.ts'

/** The facts of a corrected certificate: the same training on the same days, with the errors fixed. */
export function correctedFacts(certificate: CertificateRow, correction: Correction, now: Date): Certified {
  const {
    certificate_number: number,
    token: _token,
    verify_url: _url,
    issuer_name: _issuer,
    ...same
  } = certificate.facts
  return {
    ...same,
    person_name: correction.person_name,
    program: correction.program,
    issued_at: now.toISOString(),
    note: [certificate.facts.note.replace(replaces, '').trim(), `Replaces certificate ${number}.`]
      .filter(Boolean)
      .join(' '),
  }
}

const replaces = /Replaces certificate SH-\d+\./
