import { describe, expect, test } from 'vitest'
import { buildVcApi } from '#server/certificates/vc-api.routes.ts'
import { issue } from './issued.ts'

const api = await buildVcApi(() => new Date('2027-04-01T00:00:00Z'))

const post = async (url: string, payload: object) => {
  const { statusCode, body } = await api.inject({ method: 'POST', url, payload })
  return { status: statusCode, body: JSON.parse(body) }
}

const credential = {
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/examples/v2'],
  id: 'urn:uuid:86294362-4254-4f36-854f-3952fe42555d',
  type: ['VerifiableCredential', 'ExampleAlumniCredential'],
  issuer: api.issuer,
  credentialSubject: { id: 'did:example:1', alumniOf: 'Example University' },
}

describe('the endpoints for suites of conformance tests', () => {
  test('issue a credential that they then verify, and refuse it changed', async () => {
    const issued = await post('/credentials/issue', { credential, options: {} })
    expect(issued.status).toBe(201)
    const { verifiableCredential } = issued.body
    expect(verifiableCredential.proof).toMatchObject({
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-rdfc-2022',
      proofPurpose: 'assertionMethod',
    })
    expect(await post('/credentials/verify', { verifiableCredential })).toMatchObject({
      status: 200,
      body: { verified: true },
    })
    const changed = {
      ...verifiableCredential,
      credentialSubject: { id: 'did:example:2', alumniOf: 'Another' },
    }
    expect(await post('/credentials/verify', { verifiableCredential: changed })).toMatchObject({
      status: 400,
      body: { verified: false },
    })
  })

  test.each([
    ['another issuer', { ...credential, issuer: 'did:key:z6MkOther' }],
    ['no context', { ...credential, '@context': [] }],
    [
      'a context that would have to be fetched',
      { ...credential, '@context': [...credential['@context'], 'https://example.org/x'] },
    ],
    ['no type', { ...credential, type: [] }],
    ['no subject', { ...credential, credentialSubject: undefined }],
  ])('do not issue with %s', async (_what, wrong) => {
    expect((await post('/credentials/issue', { credential: wrong })).status).toBe(400)
  })

  test('know nothing of the keys that sign certificates', async () => {
    const { credential: certificate } = await issue()
    expect((await post('/credentials/verify', { verifiableCredential: certificate })).status).toBe(400)
    expect((await post('/credentials/issue', { credential: certificate })).status).toBe(400)
  })
})
