import { issue, signPresentation } from '@digitalbazaar/vc'
import { describe, expect, test } from 'vitest'
import { issue as issueCertificate } from '#test/certificates/issued.ts'
import { api, aSigner, documentLoader, issueOf, least, now, post, verifyOf } from './vc-api.ts'

type Signed = Readonly<Record<string, unknown>> & { readonly proof: Readonly<Record<string, unknown>> }

const signed: Signed = (await issueOf(least)).body.verifiableCredential
const { proof } = signed
const value = String(proof.proofValue)
const withProof = (change: object) => ({ ...signed, proof: { ...proof, ...change } })

test('a credential issued with a status is verified until it is revoked in the server’s list', async () => {
  const credential = { ...least, id: 'urn:uuid:3f0d8f6a-5a0b-4b5e-9f0e-1f6a2b3c4d5e' }
  const { body } = await post('/credentials/issue', { credential, options: { credentialStatus: true } })
  const issued = body.verifiableCredential
  expect(issued.credentialStatus).toMatchObject({
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
  })
  expect((await verifyOf(issued)).status).toBe(200)
  const list = await api.inject({ url: '/status/revocation' })
  expect(JSON.parse(list.body)).toMatchObject({
    id: issued.credentialStatus.statusListCredential,
    issuer: api.issuer,
  })
  expect((await post('/credentials/status', { credentialId: credential.id })).status).toBe(200)
  expect(await verifyOf(issued)).toMatchObject({ status: 400, body: { errors: ['It was revoked.'] } })
  expect((await post('/credentials/status', { credentialId: 'urn:other' })).status).toBe(400)
})

describe('the endpoint that issues', () => {
  test('adds the proof that the standard describes, and changes nothing else', async () => {
    const credential = { ...least, id: 'urn:uuid:86294362-4254-4f36-854f-3952fe42555d' }
    const { status, body } = await issueOf(credential)
    expect(status).toBe(201)
    expect(Object.keys(body)).toEqual(['verifiableCredential'])
    const { proof, ...rest } = body.verifiableCredential
    expect(rest).toEqual(credential)
    expect(proof).toEqual({
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-rdfc-2022',
      created: '2027-04-01T00:00:00Z',
      verificationMethod: `${api.issuer}#${api.issuer.slice('did:key:'.length)}`,
      proofPurpose: 'assertionMethod',
      proofValue: expect.stringMatching(/^z[1-9A-HJ-NP-Za-km-z]{80,}$/),
    })
  })

  test('signs a credential of version 1.1 too, with the context of its proof', async () => {
    const { status, body } = await issueOf({
      ...least,
      '@context': [
        'https://www.w3.org/2018/credentials/v1',
        { '@context': { name: 'https://schema.org/name' } },
      ],
      issuanceDate: '2020-03-16T22:37:26.544Z',
      credentialSubject: { id: 'did:example:subject', name: 'Example' },
    })
    expect(status).toBe(201)
    expect(body.verifiableCredential['@context']).toContain('https://w3id.org/security/data-integrity/v2')
    expect((await verifyOf(body.verifiableCredential)).status).toBe(200)
  })

  test.each([
    ['a credential under another name', { verifiableCredential: least }],
    ['a credential that is a text', { credential: 'x' }],
    ['a credential that is a list', { credential: [least] }],
    ['a credential that is signed already', { credential: signed }],
    ['a list', [least]],
    ['nothing', null],
  ])('refuses %s', async (_what, body) => {
    const answer = await post('/credentials/issue', body)
    expect(answer).toMatchObject({ status: 400, body: { problemDetails: [{ detail: expect.any(String) }] } })
  })

  test('never signs with a key that signs certificates, and knows none of them', async () => {
    const { credential: certificate } = await issueCertificate()
    expect((await verifyOf(certificate)).status).toBe(400)
    const { proof: _proof, ...unsigned } = certificate
    expect((await issueOf(unsigned)).status).toBe(400)
  })
})

describe('the endpoint that verifies', () => {
  test('says yes as older and newer suites read it', async () => {
    expect(await verifyOf(signed)).toEqual({
      status: 200,
      body: { verified: true, checks: ['proof'], warnings: [], errors: [], problemDetails: [] },
    })
  })

  test('takes the credential of an issuer that it never met, as the suites make them', async () => {
    const { id, suite } = await aSigner()
    const theirs = await issue({ credential: { ...least, issuer: id }, suite, documentLoader, now })
    expect((await verifyOf(theirs)).status).toBe(200)
  })

  test.each([
    ['no proof', { ...signed, proof: undefined }],
    ['a proof of null', { ...signed, proof: null }],
    ['a proof that is a text', { ...signed, proof: 'proof' }],
    ['an empty list of proofs', { ...signed, proof: [] }],
    ['no type', withProof({ type: undefined })],
    ['an unknown type', withProof({ type: 'UnknownProofType' })],
    ['no cryptosuite', withProof({ cryptosuite: undefined })],
    ['an unknown cryptosuite', withProof({ cryptosuite: 'UnknownCryptosuite' })],
    ['the cryptosuite of another canonical form', withProof({ cryptosuite: 'eddsa-jcs-2022' })],
    ['no verification method', withProof({ verificationMethod: undefined })],
    ['a verification method that is none', withProof({ verificationMethod: 'did:key:invalidVm' })],
    ['no purpose', withProof({ proofPurpose: undefined })],
    ['an unknown purpose', withProof({ proofPurpose: 'invalidPurpose' })],
    ['another purpose', withProof({ proofPurpose: 'authentication' })],
    ['another time', withProof({ created: '2027-04-01T00:00:01Z' })],
    ['no time where one was signed', withProof({ created: undefined })],
    ['a time that is none', withProof({ created: 'invalidDate' })],
    ['a time without its offset where one was signed', withProof({ created: '2027-04-01T00:00:00' })],
    ['an end that is none', withProof({ expires: 'invalidDate' })],
    ['an id that is no URL', withProof({ id: 'one' })],
    ['a challenge that is a number', withProof({ challenge: 7 })],
    ['no signature', withProof({ proofValue: undefined })],
    ['a signature of null', withProof({ proofValue: null })],
    ['a signature without its multibase letter', withProof({ proofValue: value.slice(1) })],
    ['a signature of another multibase', withProof({ proofValue: `u${value.slice(1)}` })],
    ['a signature of too many bytes', withProof({ proofValue: `${value}${value.slice(1, 40)}` })],
    ['a signature of too few bytes', withProof({ proofValue: value.slice(0, -2) })],
    ['a proof before it that is not there', withProof({ previousProof: 'urn:uuid:1' })],
    ['proofs before it that are not there', withProof({ previousProof: ['urn:uuid:1'] })],
    [
      'a good proof and a bad one',
      { ...signed, proof: [proof, { ...proof, created: '2027-01-01T00:00:00Z' }] },
    ],
    ['a good proof and one of another suite', { ...signed, proof: [proof, { ...proof, cryptosuite: 'x' }] }],
    ['another subject', { ...signed, credentialSubject: { id: 'did:example:mallory' } }],
    ['a claim more', { ...signed, credentialSubject: { ...least.credentialSubject, name: 'Mallory' } }],
    ['a document that is none', { type: ['NonconformingDocument'] }],
  ])('refuses %s', async (_what, credential) => {
    const { status, body } = await verifyOf(credential)
    expect({ status, body }).toMatchObject({ status: 400, body: { verified: false } })
    expect(body.errors.length).toBeGreaterThan(0)
    expect(body.problemDetails.length).toBe(body.errors.length)
  })

  test.each([
    ['purpose', { expectedProofPurpose: 'authentication' }, 'PROOF_VERIFICATION_ERROR'],
    ['domain', { domain: 'domain.example' }, 'INVALID_DOMAIN_ERROR'],
    ['challenge', { challenge: '1235abcd6789' }, 'INVALID_CHALLENGE_ERROR'],
  ])('refuses a proof of another %s than was expected', async (_what, options, kind) => {
    const { status, body } = await verifyOf(signed, options)
    expect(status).toBe(400)
    expect(body.problemDetails[0].type).toBe(`https://w3id.org/security#${kind}`)
  })

  test('takes a proof without a time, and one that tells its time without an offset', async () => {
    for (const change of [{ created: undefined }, { created: '2027-04-01T00:00:00' }]) {
      const { id, suite } = await aSigner()
      const update = (made: object) => Object.assign(made, change)
      Object.assign(suite, { updateProof: async ({ proof }: { proof: object }) => update(proof) })
      const theirs = await issue({ credential: { ...least, issuer: id }, suite, documentLoader, now })
      expect(theirs).toMatchObject({ proof: change.created ? change : {} })
      expect((await verifyOf(JSON.parse(JSON.stringify(theirs)))).status).toBe(200)
    }
  })

  test('refuses a proof that has expired, and takes one that has not', async () => {
    for (const [expires, status] of [
      ['2027-03-31T00:00:00Z', 400],
      ['2027-04-02T00:00:00Z', 200],
    ] as const) {
      const { id, suite } = await aSigner()
      Object.assign(suite, { proof: { expires } })
      const theirs = await issue({ credential: { ...least, issuer: id }, suite, documentLoader, now })
      expect((await verifyOf(theirs)).status).toBe(status)
    }
  })

  test('takes two proofs where both hold', async () => {
    const { proof: second } = (await issueOf({ ...least })).body.verifiableCredential
    expect((await verifyOf({ ...signed, proof: [proof, second] })).status).toBe(200)
  })

  test('refuses what is signed by a key that is not the issuer’s', async () => {
    const { suite } = await aSigner()
    const theirs = await issue({ credential: { ...least }, suite, documentLoader, now })
    expect((await verifyOf(theirs)).status).toBe(400)
  })
})

describe('the endpoint that verifies presentations', () => {
  const challenge = 'uAbcdefghijklmnopqrstuv'
  const presentation = { '@context': least['@context'], type: ['VerifiablePresentation'] }

  async function presented(more: object, by?: Awaited<ReturnType<typeof aSigner>>) {
    const { suite } = by ?? (await aSigner())
    return signPresentation({ presentation: { ...presentation, ...more }, suite, challenge, documentLoader })
  }
  const verdict = async (verifiablePresentation: unknown, options: object = {}) =>
    (await post('/presentations/verify', { verifiablePresentation, options })).status

  test('takes one of nothing, of a credential, of several, and of a holder', async () => {
    for (const more of [
      {},
      { id: 'urn:uuid:86294362-4254-4f36-854f-3952fe42555d' },
      { verifiableCredential: [signed] },
      { verifiableCredential: [signed, signed] },
      { holder: 'did:example:holder' },
      { holder: { id: 'did:example:holder' } },
    ])
      expect(await verdict(await presented(more), { challenge, checks: [] }), JSON.stringify(more)).toBe(200)
  })

  test('refuses one that is not as it must be', async () => {
    const good = (await presented({ verifiableCredential: [signed] })) as Record<string, unknown>
    for (const change of [
      { '@context': undefined },
      { '@context': ['https://www.w3.org/ns/credentials/examples/v2', ...least['@context']] },
      { '@context': [...least['@context'], 123192875] },
      { type: undefined },
      { type: ['VerifiableCredential'] },
      { id: 'not-a-url' },
      { holder: {} },
      { holder: 'did:example:mallory' },
      { verifiableCredential: ['did:example:credential'] },
      { verifiableCredential: [{ ...signed, type: undefined }] },
      { verifiableCredential: [withProof({ created: '2027-01-01T00:00:00Z' })] },
      { verifiableCredential: [{ ...signed, proof: undefined }] },
      {
        verifiableCredential: [
          { ...least, type: 'EnvelopedVerifiableCredential', id: 'data:application/jwt,x' },
        ],
      },
      { proof: undefined },
      { proof: { ...(good.proof as object), proofValue: 'z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh' } },
    ])
      expect(await verdict({ ...good, ...change }), JSON.stringify(change)).toBe(400)
    expect(await verdict(good, { challenge: 'another' })).toBe(400)
    expect(await verdict(good, { domain: 'domain.example' })).toBe(400)
    expect(await verdict(good)).toBe(200)
  })

  test('takes what its presenter says of themselves, with a holder named or none', async () => {
    const self = await aSigner()
    const credential = { ...least, issuer: self.id }
    const own = await issue({ credential, suite: self.suite, documentLoader, now })
    for (const holder of [self.id, 'did:example:acme', undefined])
      expect(await verdict(await presented({ verifiableCredential: [own, own], holder }, self))).toBe(200)
  })
})
