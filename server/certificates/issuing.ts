import { describeCredential, type Holder, type StatusEntries } from './credential.ts'
import type { Credential } from './credential-shape.ts'
import { drawCertificate } from './drawing.ts'
import type { CertificateFacts } from './facts.ts'
import type { SigningKey } from './keys.ts'
import { sign } from './proof.ts'
import { credentialPlace, sealCertificate } from './seal.ts'

export type SealedCertificate = Readonly<{ pdf: Uint8Array; credential: Credential }>

/** Draws the page and seals its credential into it. `now` is when it is signed, which may be after it was issued. */
export async function makeCertificate(
  facts: CertificateFacts,
  holder: Holder,
  status: StatusEntries,
  key: SigningKey,
  now: Date,
): Promise<SealedCertificate> {
  const describe = (pageSha256: Buffer) =>
    describeCredential(facts, key.controller, holder, status, pageSha256)
  const room = Buffer.byteLength(JSON.stringify(describe(Buffer.alloc(32)))) + proofRoom
  const page = await drawCertificate(facts, { attachment: credentialPlace(room) })
  let credential: Credential | undefined
  const pdf = await sealCertificate(page, async (pageSha256) => {
    credential = await sign(describe(pageSha256), key, now)
    return credential
  })
  return { pdf, credential: credential! }
}

/** More than any proof is long. */
const proofRoom = 600
