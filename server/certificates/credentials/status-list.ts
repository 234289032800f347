import { gunzipSync, gzipSync } from 'node:zlib'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { credentialsV2 } from './contexts.ts'
import type { StatusEntry } from './credential.ts'
import { proofShape } from './credential-shape.ts'
import { keyFault, type PublishedKeys, type SigningKey } from './keys.ts'
import { isSignedBy, sign } from './proof.ts'

/** A Bitstring Status List 1.0: one bit for each certificate, the first bit of a byte its highest. */
type StatusList = Uint8Array

/** The standard calls supersession `message`: the entry says what a set bit means. */
type StatusPurpose = 'revocation' | 'message'

/** The minimum length in the standard, so that fetching a list doesn't reveal whose status was looked up. */
export const statusListLength = 131_072

/** How long others may keep a list, in milliseconds: a revocation is seen after five minutes at most. */
export const statusListTtl = 300_000

export function newStatusList(): StatusList {
  return new Uint8Array(statusListLength / 8)
}

export function isSet(list: StatusList, index: number): boolean {
  return ((list[byteOf(index)] ?? 0) & maskOf(index)) !== 0
}

/** A copy with these bits set. Bits are never cleared: a revoked certificate stays revoked. */
export function withSet(list: StatusList, ...indexes: readonly number[]): StatusList {
  const copy = list.slice()
  for (const index of indexes) copy[byteOf(index)] = (copy[byteOf(index)] ?? 0) | maskOf(index)
  return copy
}

type StatusListCredential = Static<typeof shape>

/** Signs the list as of an instant. */
export async function statusListCredential(
  list: StatusList,
  purpose: StatusPurpose,
  url: string,
  key: SigningKey,
  now: Date,
): Promise<StatusListCredential> {
  const credential = {
    '@context': [credentialsV2] as [typeof credentialsV2],
    id: url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'] as [
      'VerifiableCredential',
      'BitstringStatusListCredential',
    ],
    issuer: key.controller,
    validFrom: now.toISOString(),
    credentialSubject: {
      id: `${url}#list`,
      type: 'BitstringStatusList' as const,
      statusPurpose: purpose,
      encodedList: encodeList(list),
      ttl: statusListTtl,
    },
  }
  return sign(credential, key, now)
}

type StatusAnswer =
  | { kind: 'clear' | 'set'; as_of: string }
  /** Not signed by us, for a different list or purpose, or not a status list. */
  | { kind: 'unusable'; why: string }

/** Looks up one certificate in a signed list, such as a copy kept for offline use. */
export async function statusIn(
  credential: unknown,
  entry: StatusEntry,
  purpose: StatusPurpose,
  keys: PublishedKeys,
): Promise<StatusAnswer> {
  if (!Value.Check(shape, credential)) return { kind: 'unusable', why: 'This is not a status list.' }
  const key = keys.keys.find(({ id }) => id === credential.proof.verificationMethod)
  if (
    !key ||
    keyFault(key, new Date(credential.proof.created)) !== null ||
    credential.issuer !== key.controller
  )
    return { kind: 'unusable', why: 'The list is not signed with the issuer’s key.' }
  if (credential.id !== entry.list_url || credential.credentialSubject.statusPurpose !== purpose)
    return { kind: 'unusable', why: 'The certificate names a different list.' }
  if (!(await isSignedBy(key, credential)))
    return { kind: 'unusable', why: 'The list’s signature does not match its content.' }
  const list = decodeList(credential.credentialSubject.encodedList)
  if (!list || entry.index >= list.length * 8) return { kind: 'unusable', why: 'The list is too short.' }
  return { kind: isSet(list, entry.index) ? 'set' : 'clear', as_of: credential.validFrom }
}

/** Multibase base64url of the gzipped bits. */
export function encodeList(list: StatusList): string {
  return `u${gzipSync(list).toString('base64url')}`
}

export function decodeList(encoded: string): StatusList | null {
  try {
    // A list is a few kilobytes. Anything that unpacks to more is not a list.
    const list = gunzipSync(Buffer.from(encoded.slice(1), 'base64url'), { maxOutputLength: 4_194_304 })
    return list.length * 8 >= statusListLength ? new Uint8Array(list) : null
  } catch {
    return null
  }
}

const byteOf = (index: number) => index >> 3
const maskOf = (index: number) => 0x80 >> (index & 7)

const closed = { additionalProperties: false }
const shape = Type.Object(
  {
    '@context': Type.Tuple([Type.Literal(credentialsV2)]),
    id: Type.String(),
    type: Type.Tuple([Type.Literal('VerifiableCredential'), Type.Literal('BitstringStatusListCredential')]),
    issuer: Type.String(),
    validFrom: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }),
    credentialSubject: Type.Object(
      {
        id: Type.String(),
        type: Type.Literal('BitstringStatusList'),
        statusPurpose: Type.Union([Type.Literal('revocation'), Type.Literal('message')]),
        encodedList: Type.String({ pattern: '^u[A-Za-z0-9_-]+$' }),
        // Lists signed until November 2026 have none.
        ttl: Type.Optional(Type.Integer({ minimum: 0 })),
      },
      closed,
    ),
    proof: proofShape,
  },
  closed,
)
