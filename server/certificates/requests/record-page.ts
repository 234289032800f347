import type { CertificateRow } from '#server/certificates/certificates/queries.ts'
import { verdictOf } from '#server/certificates/certificates/verification-page.ts'
import type { RecordedAct, RequestRow } from './requests.queries.ts'

const standings = {
  valid: { word: 'Valid', tone: 'good' },
  superseded: { word: 'Replaced', tone: 'caution' },
  revoked: { word: 'Revoked', tone: 'stop' },
  unknown: { word: 'Unknown', tone: 'stop' },
} as const

/** The full record of one certificate, for licensing staff. */
export function recordPage(
  certificate: CertificateRow,
  acts: readonly RecordedAct[],
  requests: readonly RequestRow[],
) {
  const verdict = verdictOf(certificate)
  const open = requests.find(({ outcome }) => outcome === null) ?? null
  return {
    title: `Certificate ${certificate.number}`,
    certificate,
    facts: certificate.facts,
    status: standings[verdict],
    acts: acts.map((act) => ({
      ...act,
      words: act.act === 'revoked' ? 'Revoked' : 'Replaced by a corrected certificate',
    })),
    open,
    ended: requests.filter(({ outcome }) => outcome === 'refused' || outcome === 'withdrawn'),
    mayAct: verdict === 'valid' && open === null,
  }
}

/** One request, as the person who asked and the person who may confirm see it. */
export function requestPage(request: RequestRow, certificate: CertificateRow, viewerId: string) {
  const { correction } = request
  const { facts } = certificate
  const changes = correction
    ? [
        { what: 'Name as printed', from: facts.person_name, to: correction.person_name },
        { what: 'Program', from: facts.program?.name ?? 'none', to: correction.program?.name ?? 'none' },
      ].filter(({ from, to }) => from !== to)
    : []
  return {
    title: `${request.act === 'revoke' ? 'Revoke' : 'Correct'} certificate ${request.number}`,
    request,
    holder: facts.person_name,
    course: facts.course_title,
    completed_on: facts.completed_on,
    changes,
    isOwn: request.requested_by === viewerId,
    isOpen: request.outcome === null,
  }
}
