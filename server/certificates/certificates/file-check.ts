import type { Verification } from '#server/certificates/credentials/verification.ts'
import { courseLength } from './certificate-wording.ts'
import { maskedName } from './masked-name.ts'
import type { CertificateRow } from './queries.ts'
import { factsOf, verdictOf } from './verification-page.ts'

type FileVerdict =
  | 'genuine'
  | 'altered'
  | 'revoked'
  | 'superseded'
  | 'under-review'
  | 'unknown'
  | 'other-key'
  | 'not-a-certificate'

/**
 * Combines a file's own verification with what the record says today. A certificate is looked up by the secret code
 * in the file, never by its number, because numbers can be guessed. If the person's address is confidential, only the
 * verdict is shown.
 */
export function checkedFile(
  name: string,
  verification: Verification | null,
  certificate: CertificateRow | null,
  isUnderReview = false,
) {
  if (!verification)
    return {
      name,
      verdict: 'not-a-certificate' as FileVerdict,
      why: 'The file is too large to be a certificate.',
      ...none,
    }
  const isGenuine = verification.verdict === 'genuine'
  const isTheOne = certificate !== null && certificate.number === verification.claimed_number
  if (isGenuine && isTheOne && isUnderReview)
    return { name, verdict: 'under-review' as FileVerdict, why: null, ...none }
  const shown = certificate && (isTheOne || !isGenuine) && !certificate.is_confidential ? certificate : null
  const verdict = verdictOfFile(verification, isTheOne ? certificate : null)
  return {
    name,
    verdict,
    why: isGenuine ? null : verification.why,
    ended_at: isGenuine && isTheOne ? (certificate.revoked_at ?? certificate.superseded_at) : null,
    replaced_by: shown && isGenuine ? (shown.corrected_by?.number ?? null) : null,
    record: shown ? recordOf(shown, verification) : null,
  }
}

const none = { ended_at: null, replaced_by: null, record: null }

function verdictOfFile({ verdict }: Verification, certificate: CertificateRow | null): FileVerdict {
  if (verdict === 'altered') return 'altered'
  if (verdict === 'unknown_key') return 'other-key'
  if (verdict === 'not_a_certificate') return 'not-a-certificate'
  const today = verdictOf(certificate)
  return today === 'valid' ? 'genuine' : today
}

/** Compares the file with the record line by line. For a file that is not genuine, shows only the record. */
function recordOf(certificate: CertificateRow, { facts: claimed }: Verification) {
  const { facts } = certificate
  // Anyone who has the signed file has already read the name in it.
  const shown = factsOf(certificate, claimed?.person_name === facts.person_name)
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    [
      'Name',
      shown.name,
      claimed && (claimed.person_name === facts.person_name ? shown.name : maskedName(claimed.person_name)),
    ],
    ['Certificate number', facts.certificate_number, claimed?.certificate_number],
    ['Course', facts.course_title, claimed?.course_title],
    ['Version', facts.course_version, claimed?.course_version],
    ['Completed on', facts.completed_on, claimed?.completed_on],
    ['Course length', courseLength(facts.hours), claimed && courseLength(claimed.hours)],
    ['Modules', String(facts.modules.length), claimed && String(claimed.modules.length)],
    ['Required by', facts.statute, claimed?.statute],
    ['Issuer', facts.issuer_name, claimed?.issuer_name],
  ].map(([what, record, file]) => [what!, record!, file ?? undefined] as const)
  return {
    code: certificate.token,
    isCompared: claimed !== null,
    lines: lines.map(([what, record, file]) => ({
      what,
      record,
      file,
      isSame: file === undefined || file === record,
    })),
  }
}
