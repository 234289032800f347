import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { from } from '@digitalbazaar/ed25519-multikey'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { issue, verifyCredential } from '@digitalbazaar/vc'
import { offlineLoader } from './contexts.ts'
import type { Proof } from './credential-shape.ts'
import { type PublishedKey, publishedKeys, type SigningKey } from './keys.ts'

/** Signs a credential; the proof tells whole seconds. */
export async function sign<T extends object>(
  credential: T,
  key: SigningKey,
  now: Date,
): Promise<T & { proof: Proof }> {
  const pair = await from({
    type: 'Multikey',
    id: key.id,
    controller: key.controller,
    publicKeyMultibase: key.public_key_multibase,
    secretKeyMultibase: key.secret_key_multibase,
  })
  const suite = new DataIntegrityProof({ signer: pair.signer(), date: now, cryptosuite })
  const documentLoader = offlineLoader(publishedKeys({ keys: [key] }))
  const signed = (await issue({ credential: structuredClone(credential), suite, documentLoader, now })) as {
    proof: Proof
  }
  return { ...credential, proof: inOrder(signed.proof) }
}

/** A proof as we write it, its parts always in the same order. */
export function inOrder(proof: Proof): Proof {
  const { type, created, verificationMethod, cryptosuite, proofPurpose, proofValue } = proof
  return { type, created, verificationMethod, cryptosuite, proofPurpose, proofValue }
}

/** No clock has a say in whether a signature fits. */
const endOfTime = new Date(8_640_000_000_000_000)

/** True where the key signed this very credential. Whether it was the key's time is for `keyFault` to say. */
export async function isSignedBy(key: PublishedKey, credential: { readonly proof: Proof }): Promise<boolean> {
  const { verified } = await verifyCredential({
    credential: structuredClone(credential),
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader: offlineLoader({ keys: [key] }),
    // Status is the register's to tell; here only the signature is.
    checkStatus: async () => ({ verified: true }),
    now: endOfTime,
  })
  return verified
}
