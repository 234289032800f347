import { newSigningKey, type PublishedKey, type SigningKey } from '#server/certificates/credentials/keys.ts'
import type { Json } from './data-model.ts'

/** A signing key whose name is itself: a did:key. */
export async function keyOfItself(now: Date): Promise<SigningKey> {
  const key = await newSigningKey('did:key:new', now)
  return { ...key, ...namedByItself(key.public_key_multibase) }
}

/** The key that a proof names, which for a did:key is in the name. */
export function publicKey({ verificationMethod }: Json): PublishedKey {
  const multibase = String(verificationMethod).split('#').at(-1) ?? ''
  return {
    ...namedByItself(multibase),
    public_key_multibase: multibase,
    valid_from: new Date(0).toISOString(),
    valid_to: null,
    compromised_on: null,
  }
}

function namedByItself(multibase: string) {
  const controller = `did:key:${multibase}`
  return { id: `${controller}#${multibase}`, controller }
}
