import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { from, generate } from '@digitalbazaar/ed25519-multikey'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { buildVcApi } from './vc-api.routes.ts'
import { conformanceLoader } from './vc-api-documents.ts'

export const now = new Date('2027-04-01T00:00:00Z')
export const api = await buildVcApi(() => now)

/** Sends as the suites do, and reads what they read. */
export async function post(url: string, payload: unknown) {
  const { statusCode, body } = await api.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  })
  return { status: statusCode, body: JSON.parse(body) }
}

export const issueOf = (credential: unknown) => post('/credentials/issue', { credential, options: {} })
export const verifyOf = (verifiableCredential: unknown, options: object = {}) =>
  post('/credentials/verify', { verifiableCredential, options: { checks: ['proof'], ...options } })

/** The least that the suites send, for this issuer. */
export const least = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiableCredential'],
  issuer: api.issuer,
  credentialSubject: { id: 'did:example:subject' },
}

/** Another issuer's key, for signing what the endpoint never would. */
export async function aSigner() {
  const { publicKeyMultibase, secretKeyMultibase } = await generate({ controller: 'did:key:new' })
  const id = `did:key:${publicKeyMultibase}`
  const key = {
    type: 'Multikey' as const,
    id: `${id}#${publicKeyMultibase}`,
    controller: id,
    publicKeyMultibase,
    secretKeyMultibase,
  }
  const pair = await from(key)
  return { id, suite: new DataIntegrityProof({ signer: pair.signer(), date: now, cryptosuite }), pair }
}

export { conformanceLoader as documentLoader }
