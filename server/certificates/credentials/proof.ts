import { from } from '@digitalbazaar/ed25519-multikey'
import type { DocumentLoader } from '@digitalbazaar/vc'
import { offlineLoader } from './contexts.ts'
import type { Proof } from './credential-shape.ts'
import { type PublishedKey, publishedKeys, type SigningKey } from './keys.ts'

/** Loaded with the first credential: JSON-LD brings an HTTP client with it, which is never used. */
async function dataIntegrity() {
  const [{ DataIntegrityProof }, { cryptosuite }, { issue, verifyCredential }] = await Promise.all([
    import('@digitalbazaar/data-integrity'),
    import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite'),
    import('@digitalbazaar/vc'),
  ])
  return { DataIntegrityProof, cryptosuite, issue, verifyCredential }
}

/** Signs a credential. The proof's time is in whole seconds. Our own credentials need no other documents than ours. */
export async function sign<T extends object>(
  credential: T,
  key: SigningKey,
  now: Date,
  documentLoader: DocumentLoader = offlineLoader(publishedKeys({ keys: [key] })),
): Promise<T & { proof: Proof }> {
  const pair = await from({
    type: 'Multikey',
    id: key.id,
    controller: key.controller,
    publicKeyMultibase: key.public_key_multibase,
    secretKeyMultibase: key.secret_key_multibase,
  })
  const { DataIntegrityProof, cryptosuite, issue } = await dataIntegrity()
  const suite = new DataIntegrityProof({ signer: pair.signer(), date: now, cryptosuite })
  const signed = (await issue({
    credential: structuredClone(credential),
    suite,
    documentLoader,
    now,
  })) as T & { proof: Proof }
  return { ...signed, proof: inOrder(signed.proof) }
}

/** A proof with its parts in our fixed order. */
export function inOrder(proof: Proof): Proof {
  const { type, created, verificationMethod, cryptosuite, proofPurpose, proofValue } = proof
  return { type, created, verificationMethod, cryptosuite, proofPurpose, proofValue }
}

/** Signature checks don't depend on the clock. */
const endOfTime = new Date(8_640_000_000_000_000)

/** True if the key signed exactly this credential. `keyFault` checks the key's validity period. */
export async function isSignedBy(
  key: PublishedKey,
  credential: { readonly proof: unknown },
  documentLoader: DocumentLoader = offlineLoader({ keys: [key] }),
  now: Date = endOfTime,
): Promise<boolean> {
  const { DataIntegrityProof, cryptosuite, verifyCredential } = await dataIntegrity()
  const { verified } = await verifyCredential({
    credential: structuredClone(credential),
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader,
    // Only the signature is checked here. The register knows the status.
    checkStatus: async () => ({ verified: true }),
    now,
  })
  return verified
}
