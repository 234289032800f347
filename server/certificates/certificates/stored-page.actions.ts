import { pageDigest } from '#server/certificates/credentials/credential.ts'
import type { Credential } from '#server/certificates/credentials/credential-shape.ts'
import { openCertificate } from '#server/certificates/credentials/seal.ts'
import { type Verification, withoutItsPage } from '#server/certificates/credentials/verification.ts'
import type { Database } from '#server/db/connection.ts'
import { certificateFile } from './issuing.actions.ts'
import type { CertificateRow } from './queries.ts'

/** A credential that came without its PDF names that PDF's digest. It is refused if our stored PDF has another one. */
export async function checkStoredPage(
  db: Database,
  verification: Verification,
  certificate: CertificateRow | null,
  keysFile: string,
  now: Date,
): Promise<Verification> {
  const { credential } = verification
  if (!credential || certificate?.number !== verification.claimed_number) return verification
  const { pdf } = await certificateFile(db, certificate, keysFile, now)
  return isOf(credential, pdf) ? verification : withoutItsPage(verification)
}

function isOf(credential: Credential, pdf: Buffer): boolean {
  const opened = openCertificate(pdf)
  return opened.kind === 'opened' && opened.pageSha256.equals(pageDigest(credential))
}
