import { describe, expect, test } from 'vitest'
import { issueOf, least, verifyOf } from './vc-api.ts'

/** What the conformance suite of the Verifiable Credentials Data Model 2.0 sends, each section's cases by its number. */

const v2 = 'https://www.w3.org/ns/credentials/v2'
const typed = (type: unknown, more: object = {}) => ({ type, ...more })
const example = 'https://example.org/#Example'
const mapped = (more: object) => ({
  ...least,
  '@context': [v2, { Example: example }],
  ...more,
})
const digestSRI = 'sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg'
const resource = { id: v2, digestSRI }
const named = { id: 'ni:///sha-256;brjHp7hox3eoJAi-FxzHFjtb2bQaHfMBjeg6IWAmQ2A' }

const accepted: readonly (readonly [string, object])[] = [
  ['4.3 the base context alone', {}],
  ['4.3 two contexts by URL', { '@context': [v2, 'https://www.w3.org/ns/credentials/examples/v2'] }],
  ['4.3 a context written out', mapped({ type: ['VerifiableCredential', 'Example'] })],
  ['4.4 an id that is a URL', { id: 'https://example.org/credentials/1' }],
  ['4.4 an id that is a UUID', { id: 'urn:uuid:86294362-4254-4f36-854f-3952fe42555d' }],
  ['4.4 an id that is a DID', { id: 'did:example:credential' }],
  ['4.5 a further type by URL', { type: ['VerifiableCredential', example] }],
  ['4.5 types in another order', { type: [example, 'VerifiableCredential', `${example}2`] }],
  ['4.6 a name and a description', { name: 'Example', description: 'An example' }],
  ['4.6 a name in a language', { name: { '@value': 'Example', '@language': 'en' } }],
  [
    '4.6 a name in a language and a direction',
    { name: { '@value': 'Example', '@language': 'en', '@direction': 'ltr' } },
  ],
  [
    '4.6 a description in three languages',
    {
      description: [
        { '@value': 'Dog', '@language': 'en' },
        { '@value': 'Chien', '@language': 'fr' },
        { '@value': 'Cane', '@language': 'it' },
      ],
    },
  ],
  ['4.7 an issuer that is an object', { issuer: { id: least.issuer } }],
  [
    '4.7 an issuer with a name in a language and a direction',
    { issuer: { id: least.issuer, name: { '@value': 'Example', '@language': 'en', '@direction': 'ltr' } } },
  ],
  ['4.8 several subjects', { credentialSubject: [{ id: 'did:example:1' }, { id: 'did:example:2' }] }],
  ['4.9 a start with milliseconds', { validFrom: '2023-02-25T07:12:04.543Z' }],
  ['4.9 a start in a time zone', { validFrom: '2023-02-25T19:10:39-06:00' }],
  ['4.9 a start without an offset, read as UTC', { validFrom: '2023-02-25T19:10:39' }],
  ['4.9 a start and an end', { validFrom: '2023-02-26T01:21:51Z', validUntil: '2099-02-26T01:22:14Z' }],
  ['4.9 an end at its start', { validFrom: '2099-02-26T01:21:51Z', validUntil: '2099-02-26T01:21:51Z' }],
  ['4.10 a status', mapped({ credentialStatus: typed('Example', { id: 'did:example:status' }) })],
  ['4.10 a status without an id', mapped({ credentialStatus: typed('Example') })],
  ['4.11 a schema', { credentialSchema: typed(example, { id: 'did:example:schemas/1' }) }],
  [
    '4.11 two schemas',
    { credentialSchema: [1, 2].map((n) => typed(example, { id: `did:example:schemas/${n}` })) },
  ],
  ['5.3 a resource with its digest', { relatedResource: [resource] }],
  [
    '5.3 two resources, by multibase and with media types',
    {
      relatedResource: [
        { ...named, digestMultibase: 'uEiBuuMenuGjHd6gkCL4XHMcWO1vZtBod8wGN6DohYCZDYA' },
        { ...resource, mediaType: 'application/ld+json' },
      ],
    },
  ],
  ['5.4 a refresh service', { refreshService: typed(example, { id: 'did:example:refresh/2' }) }],
  ['5.5 terms of use, twice', mapped({ termsOfUse: [typed('Example'), typed('Example')] })],
  ['5.6 evidence, twice', mapped({ evidence: [typed('Example'), typed('Example')] })],
]

const parts = ['credentialStatus', 'credentialSchema', 'refreshService', 'termsOfUse', 'evidence']
const extra = { '@value': 'Example', '@language': 'en', url: 'did:example:credential' }

const refused: readonly (readonly [string, object])[] = [
  ['4.3 no context', { '@context': undefined }],
  ['4.3 an empty context', { '@context': [] }],
  ['4.3 a context that is no list', { '@context': v2 }],
  ['4.3 the base context missing', { '@context': ['https://www.w3.org/ns/credentials/examples/v2'] }],
  ['4.3 the base context second', { '@context': ['https://www.w3.org/ns/credentials/examples/v2', v2] }],
  ['4.3 a context that is no URL', { '@context': [v2, 'https ://not-a-url/contexts/example/v1'] }],
  ['4.3 a context that is a number', { '@context': [v2, 123192875] }],
  ['4.3 a context that would have to be fetched', { '@context': [v2, 'https://example.com'] }],
  ['4.4 an id of null', { id: null }],
  ['4.4 an id that is no URL', { id: 'not-a-url' }],
  ['4.4 two ids', { id: ['did:example:1', 'did:example:2'] }],
  ['4.4 two ids of one subject', { credentialSubject: { id: ['did:example:1', 'did:example:2'] } }],
  ['4.5 no type', { type: undefined }],
  ['4.5 an empty type', { type: [] }],
  ['4.5 a type that is a number', { type: 4 }],
  ['4.5 types that are no texts', { type: ['VerifiableCredential', null, 2] }],
  ['4.5 the type of a credential missing', { type: [example] }],
  [
    '4.5 a type that no context has',
    { '@context': [v2, { '@vocab': null }], type: [...least.type, 'Unmapped'] },
  ],
  [
    '4.5 a type mapped to what is no URL',
    { '@context': [v2, { Example: 'https ://not-a-url#Example' }], type: [...least.type, 'Example'] },
  ],
  ['4.6 a name with more than its language', { name: extra }],
  ['4.6 a description with more than its language', { description: extra }],
  ['4.6 a name that is a number', { name: 7 }],
  ['4.6 an issuer’s name with more than its language', { issuer: { id: least.issuer, name: extra } }],
  ['4.6 an issuer’s description with more', { issuer: { id: least.issuer, description: extra } }],
  ['4.7 no issuer', { issuer: undefined }],
  ['4.7 an issuer of null', { issuer: null }],
  ['4.7 an issuer that is no URL', { issuer: 'not-a-url' }],
  ['4.7 an issuer that is a number', { issuer: 4 }],
  ['4.7 an issuer object without an id', { issuer: { name: 'Example' } }],
  ['4.7 an issuer object with an id of null', { issuer: { id: null } }],
  ['4.7 an issuer object whose id is no URL', { issuer: { id: 'not-a-url' } }],
  ['4.7 another issuer than the endpoint’s own', { issuer: 'did:example:acme' }],
  ['4.8 no subject', { credentialSubject: undefined }],
  ['4.8 a subject without claims', { credentialSubject: {} }],
  ['4.8 one of several subjects without claims', { credentialSubject: [{ id: 'did:example:1' }, {}] }],
  ['4.8 a list of no subjects', { credentialSubject: [] }],
  ['4.8 a subject that is a text', { credentialSubject: 'did:example:subject' }],
  ['4.8 subjects that are nothing', { credentialSubject: [null, true, 4] }],
  ['4.9 a start that is no dateTimeStamp', { validFrom: 'Sat 25 Feb 2023 07:16:31 PM CST' }],
  ['4.9 a start with words behind it', { validFrom: '2023-02-25T19:10:39Z or so' }],
  ['4.9 an end that is no dateTimeStamp', { validUntil: 'Sun, 26 Feb 2023 01:22:14 +0000' }],
  ['4.9 a day alone', { validFrom: '2023-02-25' }],
  ['4.9 an end before its start', { validFrom: '2028-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' }],
  [
    '4.10 a status with two ids',
    mapped({ credentialStatus: typed('Example', { id: ['did:a:1', 'did:a:2'] }) }),
  ],
  ['4.10 a status whose id is no URL', mapped({ credentialStatus: typed('Example', { id: 'https ://no' }) })],
  ['4.10 a status whose type is a number', { credentialStatus: typed(2, { id: 'did:example:status' }) }],
  ['4.11 a schema without an id', { credentialSchema: typed(example) }],
  ['4.11 a schema whose id is no URL', { credentialSchema: typed(example, { id: 'https ://no' }) }],
  ...parts.flatMap((part) => [
    [`4.5 ${part} without a type`, mapped({ [part]: { id: 'did:example:x' } })] as const,
    [`4.5 ${part} that is a text`, mapped({ [part]: 'did:example:x' })] as const,
    [`4.5 ${part} that is an empty list`, mapped({ [part]: [] })] as const,
  ]),
  ['5.2 a protected term redefined', { '@context': [v2, { VerifiableCredential: example }] }],
  [
    '5.2 a term of its own protected, then redefined',
    {
      '@context': [v2, { '@protected': true, Example: example }, { Example: `${example}2` }],
      type: ['VerifiableCredential', 'Example'],
    },
  ],
  ['5.3 resources that are texts', { relatedResource: [resource.id] }],
  ['5.3 a resource without an id', { relatedResource: [{ digestSRI }] }],
  ['5.3 a resource without a digest', { relatedResource: [{ id: resource.id }] }],
  ['5.3 a resource given twice', { relatedResource: [resource, resource] }],
  ['5.3 another digest than the resource’s', { relatedResource: [{ ...named, digestSRI }] }],
  ['5.3 a digest that can’t be checked', { relatedResource: [{ ...resource, id: 'https://example.org/a' }] }],
  ['5.3 a digest with an unknown hash', { relatedResource: [{ ...resource, digestSRI: 'md5-abcd' }] }],
]

describe('the data model', () => {
  test.each(accepted)('takes %s, signs it, and verifies it', async (_what, more) => {
    const { status, body } = await issueOf({ ...least, ...more })
    expect({ status, body }).toMatchObject({ status: 201 })
    expect(body.verifiableCredential['@context'][0]).toBe(v2)
    const future = 'validFrom' in more && String(more.validFrom).startsWith('2099')
    expect((await verifyOf(body.verifiableCredential)).status).toBe(future ? 400 : 200)
  })

  test.each(refused)('refuses %s, in words, to sign and to verify', async (_what, more) => {
    for (const answer of [
      await issueOf({ ...least, ...more }),
      await verifyOf({ ...(await issueOf(least)).body.verifiableCredential, ...more }),
    ]) {
      expect(answer.status).toBe(400)
      expect(answer.body.verified).toBe(false)
      expect(answer.body.problemDetails.length).toBeGreaterThan(0)
      for (const fault of answer.body.problemDetails)
        expect(fault).toMatchObject({
          type: expect.stringMatching(
            /^https:\/\/(www\.w3\.org\/TR\/vc-data-model|w3id\.org\/security)#[A-Z_]+$/,
          ),
          title: expect.any(String),
          detail: expect.any(String),
        })
    }
  })
})
