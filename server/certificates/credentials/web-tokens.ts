import { from, toJwk } from '@digitalbazaar/ed25519-multikey'
import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { keyFault, type PublishedKey, type PublishedKeys, type SigningKey } from './keys.ts'

type Token = Readonly<{
  /** Its media type without “application/”, so that one kind of token is never taken for another. */
  type: string
  claims: JWTPayload
  issuedAt: Date
  expiresAt: Date
}>

/** A JSON Web Token (RFC 7519), signed with the key that signs certificates. Times are whole seconds. */
export async function signWebToken({ type, claims, issuedAt, expiresAt }: Token, key: SigningKey) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: type, kid: key.id })
    .setIssuer(key.controller)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(await importJWK(await secretJwk(key), 'EdDSA'))
}

/** A multikey's secret may be the seed with the public key behind it. A JSON Web Key holds the seed alone. */
async function secretJwk(key: SigningKey) {
  const { d = '', ...jwk } = await toJwk({
    keyPair: await pairOf(key, key.secret_key_multibase),
    secretKey: true,
  })
  return { ...jwk, d: Buffer.from(d, 'base64url').subarray(0, 32).toString('base64url') }
}

/** The claims of a token that one of these keys signed while it was in use. Null for any other, and once it has expired. */
export async function openWebToken(
  token: string,
  { type, issuer, now }: Readonly<{ type: string; issuer: string; now: Date }>,
  { keys }: PublishedKeys,
): Promise<JWTPayload | null> {
  try {
    const { kid } = decodeProtectedHeader(token)
    const key = keys.find(({ id }) => id === kid)
    if (!key) return null
    const verifying = await importJWK(await toJwk({ keyPair: await pairOf(key) }), 'EdDSA')
    const expected = { algorithms: ['EdDSA'], typ: type, issuer, currentDate: now }
    const { payload } = await jwtVerify(token, verifying, { ...expected, requiredClaims: ['iat', 'exp'] })
    return keyFault(key, new Date(payload.iat! * 1000)) === null ? payload : null
  } catch {
    return null
  }
}

/** The keys that verify our tokens, as a JSON Web Key Set (RFC 7517). A compromised key verifies nothing anymore. */
export async function webKeySet({ keys }: PublishedKeys, controller: string) {
  const own = keys.filter((key) => key.controller === controller && key.compromised_on === null)
  return {
    keys: await Promise.all(
      own.map(async (key) => ({
        ...(await toJwk({ keyPair: await pairOf(key) })),
        kid: key.id,
        use: 'sig',
        alg: 'EdDSA',
      })),
    ),
  }
}

const pairOf = ({ id, controller, public_key_multibase }: PublishedKey, secretKeyMultibase?: string) =>
  from({
    type: 'Multikey',
    id,
    controller,
    publicKeyMultibase: public_key_multibase,
    ...(secretKeyMultibase && { secretKeyMultibase }),
  })
