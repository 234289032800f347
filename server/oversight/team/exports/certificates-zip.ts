import { type Zippable, zipSync } from 'fflate'
import type { CertificateFacts } from '#server/certificates/facts.ts'

export type CertificateInZip = Readonly<{ facts: CertificateFacts; pdf: Uint8Array }>

/** Neither revoked nor replaced. */
export const isInForce = (certificate: Readonly<{ revoked_at: Date | null; superseded_at: Date | null }>) =>
  certificate.revoked_at === null && certificate.superseded_at === null

/** Certificates as one file, each named by its person, day and number. */
export function certificatesZip(certificates: readonly CertificateInZip[], at: Date): Uint8Array {
  const inside: Zippable = {}
  // A PDF is compressed already.
  for (const { facts, pdf } of certificates) inside[nameOf(facts)] = [pdf, { level: 0 }]
  return zipSync(inside, { mtime: at })
}

/** Characters that a file name can't have on some systems are left out. */
const nameOf = ({ person_name, completed_on, certificate_number }: CertificateFacts) =>
  `${person_name.replaceAll(/[\\/:*?"<>|\p{C}]/gu, '').trim()}, ${completed_on}, ${certificate_number}.pdf`
