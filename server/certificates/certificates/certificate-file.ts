import {
  credentialFactsOf,
  describeCredential,
  type Holder,
  holderHash,
  type StatusEntries,
} from '#server/certificates/credentials/credential.ts'
import type { Credential } from '#server/certificates/credentials/credential-shape.ts'
import { publishedKeys, type SigningKey } from '#server/certificates/credentials/keys.ts'
import { sign } from '#server/certificates/credentials/proof.ts'
import { credentialPlace, sealCertificate } from '#server/certificates/credentials/seal.ts'
import { verifyCertificateFile } from '#server/certificates/credentials/verification.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { certificateText } from './certificate-wording.ts'
import { drawCertificate } from './drawing.ts'

type SealedCertificate = Readonly<{ pdf: Uint8Array; credential: Credential }>

/** Draws the page and seals its credential into it. `now` is when it is signed, which may be after it was issued. */
export async function makeCertificate(
  facts: CertificateFacts,
  holder: Holder,
  status: StatusEntries,
  key: SigningKey,
  now: Date,
): Promise<SealedCertificate> {
  const told = credentialFactsOf(facts, key.controller, certificateText(facts).approval.join(' '))
  const hashed = { hash: holderHash(holder), salt: holder.salt }
  const describe = (page_sha256: Buffer) =>
    describeCredential({ facts: told, holder: hashed, status, page_sha256 })
  const room = Buffer.byteLength(JSON.stringify(describe(Buffer.alloc(32)))) + proofRoom
  const page = await drawCertificate(facts, { attachment: credentialPlace(room) })
  const pdf = await sealCertificate(page, async (pageSha256) => {
    const { proof, ...credential } = await sign(describe(pageSha256), key, now)
    return { ...credential, proof: [proof] }
  })
  return { pdf, credential: await proven(pdf, key, now) }
}

/** Never hand out a file that fails verification with the published keys. */
async function proven(pdf: Uint8Array, key: SigningKey, now: Date): Promise<Credential> {
  // The caller chose the key, so the check ignores the key's validity period.
  const trusted = { ...key, valid_from: now.toISOString(), valid_to: null, compromised_on: null }
  const { credential, why } = await verifyCertificateFile(pdf, publishedKeys({ keys: [trusted] }))
  if (!credential) throw new Error(`The new certificate fails its own verification: ${why}`)
  return credential
}

/** Longer than any proof. */
const proofRoom = 600
