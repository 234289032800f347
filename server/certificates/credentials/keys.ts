import { generate } from '@digitalbazaar/ed25519-multikey'
import { dayOf, formatDay } from '#server/lib/days.ts'

/** An Ed25519 key and its validity period. Times are instants, ISO 8601 in UTC. */
export type SigningKey = PublishedKey & Readonly<{ secret_key_multibase: string }>

export type PublishedKey = Readonly<{
  /** The controller's address and the key's own, as proofs name it: `did:web:training.example.org#z6Mk…`. */
  id: string
  controller: string
  public_key_multibase: string
  valid_from: string
  /** Null while the key is in use. What it signed before stays genuine. */
  valid_to: string | null
  /** When others may have gotten the key. Nothing signed later is genuine. */
  compromised_on: string | null
}>

/** The content of the key file: secret. */
export type Keys = Readonly<{
  keys: readonly SigningKey[]
  /** Seals what the database must hold but not show, such as the secrets of authenticator apps: 32 bytes, base64. */
  data_key?: string
  /** Signs cosignatures on other installations' ledgers: 32 bytes, base64. */
  witness_key?: string
}>

/** What anyone needs to verify certificates offline. */
export type PublishedKeys = Readonly<{ keys: readonly PublishedKey[] }>

/** The issuer's name as a DID: `https://training.example.org` is `did:web:training.example.org`. */
export function issuerDid(baseUrl: string): string {
  return `did:web:${encodeURIComponent(new URL(baseUrl).host)}`
}

export async function newSigningKey(controller: string, now: Date): Promise<SigningKey> {
  const { id, publicKeyMultibase, secretKeyMultibase } = await generate({ controller })
  return {
    id,
    controller,
    public_key_multibase: publicKeyMultibase,
    valid_from: now.toISOString(),
    valid_to: null,
    compromised_on: null,
    secret_key_multibase: secretKeyMultibase,
  }
}

/** The new key signs from its first instant. The controller's earlier keys end at the same instant. */
export function rotate(all: Keys, next: SigningKey): Keys {
  const ended = all.keys.map((key) =>
    key.controller === next.controller && key.valid_to === null ? { ...key, valid_to: next.valid_from } : key,
  )
  return { ...all, keys: [...ended, next] }
}

/** Nothing signed with the key at that instant or later counts. */
export function markCompromised(all: Keys, id: string, on: Date): Keys {
  const at = on.toISOString()
  return {
    ...all,
    keys: all.keys.map((key) =>
      key.id === id ? { ...key, valid_to: key.valid_to ?? at, compromised_on: at } : key,
    ),
  }
}

/** The key that signs for a controller at an instant, if it has one. */
export function signingKeyAt({ keys }: Keys, controller: string, at: Date): SigningKey | undefined {
  return keys.find((key) => key.controller === controller && keyFault(key, at) === null)
}

/** Why what a key signed at an instant is not genuine; null where it is. */
export function keyFault(key: PublishedKey, signedAt: Date): string | null {
  if (Number.isNaN(signedAt.getTime())) return 'It does not say when it was signed.'
  if (key.compromised_on !== null && signedAt >= new Date(key.compromised_on))
    return `It is signed with a key that others may have held since ${formatDay(dayOf(key.compromised_on))}.`
  // Signature times are whole seconds, so the whole first second belongs to the new key.
  if (signedAt.getTime() < Math.floor(Date.parse(key.valid_from) / 1000) * 1000)
    return `It is signed with a key that was not in use before ${formatDay(dayOf(key.valid_from))}.`
  if (key.valid_to !== null && signedAt >= new Date(key.valid_to))
    return `It is signed with a key that was retired on ${formatDay(dayOf(key.valid_to))}.`
  return null
}

export function publishedKeys({ keys }: Keys): PublishedKeys {
  return { keys: keys.map(({ secret_key_multibase: _, ...published }) => published) }
}

/** The `did:web` document, with each key's validity period. A compromised key can't verify anything anymore. */
export function didDocument({ keys }: PublishedKeys, did: string): object {
  const own = keys.filter((key) => key.controller === did)
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1', validityContext],
    id: did,
    verificationMethod: own.map((key) => ({
      id: key.id,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: key.public_key_multibase,
      validFrom: key.valid_from,
      ...(key.valid_to === null ? {} : { validUntil: key.valid_to }),
      ...(key.compromised_on === null ? {} : { revoked: key.compromised_on }),
    })),
    assertionMethod: own.filter((key) => key.compromised_on === null).map((key) => key.id),
  }
}

const validityContext = {
  validFrom: { '@id': 'https://schema.org/validFrom', '@type': 'http://www.w3.org/2001/XMLSchema#dateTime' },
  validUntil: {
    '@id': 'https://schema.org/validThrough',
    '@type': 'http://www.w3.org/2001/XMLSchema#dateTime',
  },
}
