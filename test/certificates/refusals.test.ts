import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isSameName, maskedName } from '#server/certificates/certificates/masked-name.ts'
import { pageDigest } from '#server/certificates/credentials/credential.ts'
import { type Credential, proofOf } from '#server/certificates/credentials/credential-shape.ts'
import { issuerDid, newSigningKey, publishedKeys, rotate } from '#server/certificates/credentials/keys.ts'
import { sign } from '#server/certificates/credentials/proof.ts'
import { openCertificate } from '#server/certificates/credentials/seal.ts'
import {
  encodeList,
  isSet,
  newStatusList,
  statusIn,
  statusListCredential,
  withSet,
} from '#server/certificates/credentials/status-list.ts'
import {
  listOf,
  listUrl,
  randomIndex,
  statusEntries,
} from '#server/certificates/credentials/status-places.ts'
import {
  disagreement,
  verifyCertificateFile,
  verifyCredential,
  verifyCredentialText,
  verifyOpened,
  verifyUploadedFile,
  withoutItsPage,
} from '#server/certificates/credentials/verification.ts'
import { did, issue, key, keys, signedAt, status } from './issued.ts'
import { sample } from './sample.ts'

const { pdf, credential } = await issue()
const proof = proofOf(credential)
const pageSha256 = pageDigest(credential)
const theirs = await newSigningKey(issuerDid('https://elsewhere.example.org'), new Date('2027-01-01'))
const bytesOf = (text: string) => new TextEncoder().encode(text)
const claimed = { claimed_number: sample.certificate_number, claimed_address: credential.id }

describe('a file that is not genuine says why', () => {
  test.each([
    [{ kind: 'none' }, 'not_a_certificate', 'This PDF has no credential.'],
    [{ kind: 'locked' }, 'not_a_certificate', 'This PDF is encrypted.'],
    [{ kind: 'broken' }, 'altered', 'The file was changed or saved again by another program.'],
  ] as const)('%o', async (opened, verdict, why) => {
    const answer = await verifyOpened(opened, keys)
    expect(answer).toMatchObject({ verdict, facts: null, credential: null, claimed_number: null })
    expect(answer.why).toContain(why)
  })

  test('a credential of another page, or with its parts moved', async () => {
    const opened = { kind: 'opened', credential, pageSha256: Buffer.alloc(32) } as const
    expect(await verifyOpened(opened, keys)).toEqual({
      verdict: 'altered',
      why: 'The credential in this file was made for a different page.',
      facts: null,
      credential: null,
      ...claimed,
    })
    const { proofValue, ...others } = proof
    const moved = { ...credential, proof: [{ proofValue, ...others }] } as Credential
    expect(await verifyOpened({ kind: 'opened', credential: moved, pageSha256 }, keys)).toMatchObject({
      verdict: 'altered',
      why: 'The credential in this file was changed after it was issued.',
      ...claimed,
    })
  })

  const broken = { ...credential.credentialSubject.achievement.alignment[0], targetName: 'Another law' }
  const achievement = { ...credential.credentialSubject.achievement, alignment: [broken] }
  test.each([
    ['nothing of ours', { name: 'Ada' }, 'not_a_certificate', 'This is not one of our certificates.'],
    ['null', null, 'not_a_certificate', 'This is not one of our certificates.'],
    ['a part added', { ...credential, note: 'also valid for 2028' }, 'altered', 'parts added, missing'],
    [
      'a part that contradicts another',
      { ...credential, credentialSubject: { ...credential.credentialSubject, achievement } },
      'altered',
      'repeated, moved or contradict each other',
    ],
    [
      'another time of signing',
      { ...credential, proof: [{ ...proof, created: '2027-04-01T03:30:01Z' }] },
      'altered',
      'Its signature does not match its content.',
    ],
  ] as const)('%s', async (_what, altered, verdict, why) => {
    const answer = await verifyCredential(altered, keys)
    expect(answer).toMatchObject({ verdict, facts: null, credential: null })
    expect(answer.why).toContain(why)
  })

  test('a key that we did not publish, or of another issuer', async () => {
    expect(await verifyCredential(credential, publishedKeys({ keys: [] }))).toMatchObject({
      verdict: 'unknown_key',
      why: 'It is signed with a key that we have not published.',
      ...claimed,
    })
    const { proof: _, ...unsigned } = credential
    const forged = await sign(unsigned, { ...theirs, controller: did }, signedAt)
    const listed = { ...forged, proof: [forged.proof] }
    expect(await verifyCredential(listed, publishedKeys({ keys: [key, theirs] }))).toMatchObject({
      verdict: 'altered',
      why: 'It names one issuer but is signed with another one’s key.',
    })
  })

  test('text that is not a credential, or names something twice', async () => {
    const none = { verdict: 'not_a_certificate', why: 'This file is not a PDF or a credential.' }
    expect(await verifyCredentialText(bytesOf('not JSON'), keys)).toMatchObject(none)
    expect(await verifyCredentialText(new Uint8Array([0x22, 0xff, 0x22]), keys)).toMatchObject(none)
    const long = `${JSON.stringify(credential)}${' '.repeat(1_000_000)}`
    expect(await verifyCredentialText(bytesOf(long), keys)).toMatchObject(none)
    const twice = JSON.stringify(credential).replace('{', '{"id":"https://elsewhere.example.org",')
    expect(await verifyCredentialText(bytesOf(twice), keys)).toMatchObject({
      verdict: 'altered',
      why: 'The file is ambiguous: a name appears in it more than once.',
      ...claimed,
    })
    expect(await verifyCredentialText(bytesOf(' { "name" : "Ada" } '), keys)).toMatchObject({
      why: 'This is not one of our certificates.',
    })
  })

  test('what a file claims is told only where it is text', async () => {
    const odd = { ...credential, id: 7, credentialSubject: { licenseNumber: 9 } }
    expect(await verifyCredential(odd, keys)).toMatchObject({ claimed_number: null, claimed_address: null })
  })
})

test('a file from anyone is opened in a thread, with the same answer', async () => {
  const genuine = await verifyCertificateFile(pdf, keys)
  expect(genuine).toMatchObject({
    verdict: 'genuine',
    why: 'It is unchanged since it was issued, and the issuer’s signature is valid.',
    credential,
    ...claimed,
  })
  expect(await verifyUploadedFile(pdf, keys)).toEqual(genuine)
  expect(await verifyUploadedFile(bytesOf(JSON.stringify(credential)), keys)).toEqual(genuine)
  const none = bytesOf('%PDF-1.7\n%%EOF\n')
  expect(await verifyUploadedFile(none, keys)).toEqual(await verifyOpened(openCertificate(none), keys))
})

test('what contradicts the browser or the record is altered, and keeps only what it claims', async () => {
  const genuine = await verifyCredential(credential, keys)
  const kept = { verdict: 'altered', facts: null, credential: null, ...claimed }
  expect(disagreement(genuine)).toMatchObject(kept)
  expect(disagreement(genuine).why).toContain('disagree about whether the signature is valid')
  expect(withoutItsPage(genuine)).toMatchObject(kept)
  expect(withoutItsPage(genuine).why).toContain('made for a different page than the certificate on record')
})

describe('a status list that cannot be used says why', () => {
  const { revocation } = status
  const list = withSet(newStatusList(), revocation.index)
  const signedList = (by = key, bits = list, at = signedAt) =>
    statusListCredential(bits, 'revocation', revocation.list_url, by, at)
  const whyNot = async (given: unknown, entry = revocation, published = keys) => {
    const answer = await statusIn(given, entry, 'revocation', published)
    return answer.kind === 'unusable' ? answer.why : answer.kind
  }

  test('its form', async () => {
    const one = await signedList()
    const subject = one.credentialSubject
    for (const odd of [
      { ...one, note: 'x' },
      { ...one, '@context': [] },
      { ...one, type: ['VerifiableCredential'] },
      { ...one, validFrom: 'yesterday' },
      { ...one, credentialSubject: {} },
      { ...one, credentialSubject: { ...subject, note: 'x' } },
      { ...one, credentialSubject: { ...subject, type: 'Another' } },
      { ...one, credentialSubject: { ...subject, statusPurpose: 'suspension' } },
      { ...one, credentialSubject: { ...subject, encodedList: 'zzz' } },
      { ...one, credentialSubject: { ...subject, ttl: -1 } },
    ])
      expect(await whyNot(odd), JSON.stringify(odd).slice(0, 200)).toBe('This is not a status list.')
  })

  test('its key: not ours, of another issuer, or not yet in use', async () => {
    const why = 'The list is not signed with the issuer’s key.'
    expect(await whyNot(await signedList(theirs))).toBe(why)
    const early = await signedList(key, list, new Date('2026-12-01'))
    expect(await whyNot(early)).toBe(why)
    const forged = await signedList({ ...theirs, controller: did })
    expect(await whyNot(forged, revocation, publishedKeys({ keys: [theirs, key] }))).toBe(why)
  })

  test('another list, another content, or too short', async () => {
    const one = await signedList()
    expect(await whyNot(one, { ...revocation, list_url: `${revocation.list_url}0` })).toBe(
      'The certificate names a different list.',
    )
    const changed = { ...one.credentialSubject, encodedList: encodeList(newStatusList()) }
    expect(await whyNot({ ...one, credentialSubject: changed })).toBe(
      'The list’s signature does not match its content.',
    )
    expect(await whyNot(await signedList(key, new Uint8Array(100)))).toBe('The list is too short.')
    expect(await whyNot(one, { ...revocation, index: list.length * 8 })).toBe('The list is too short.')
  })

  test('but a list is read with the key that signed it, also beside others', async () => {
    const next = await newSigningKey(did, new Date('2027-06-01'))
    const both = publishedKeys(rotate({ keys: [key] }, next))
    expect(await whyNot(await signedList(next, list, new Date('2027-06-02')), revocation, both)).toBe('set')
  })

  test('nor is one unpacked that would fill the memory', async () => {
    const huge = `u${gzipSync(new Uint8Array(4_194_305)).toString('base64url')}`
    const one = await signedList()
    const unsigned = { ...one, credentialSubject: { ...one.credentialSubject, encodedList: huge } }
    const { proof: _, ...plain } = unsigned
    expect(await whyNot(await sign(plain, key, signedAt))).toBe('The list is too short.')
  })

  test('it names its issuer, list, purpose and how long it may be kept', async () => {
    expect(await signedList()).toMatchObject({
      id: revocation.list_url,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: did,
      validFrom: signedAt.toISOString(),
      credentialSubject: {
        id: `${revocation.list_url}#list`,
        type: 'BitstringStatusList',
        statusPurpose: 'revocation',
        ttl: 300_000,
      },
    })
  })

  test('bits are set beside each other', () => {
    const both = withSet(withSet(newStatusList(), 0), 7, 9)
    expect([0, 1, 7, 8, 9].map((index) => isSet(both, index))).toEqual([true, false, true, false, true])
  })
})

test('a certificate has an entry in one list, and the first list’s address has no number', () => {
  expect([1, 65_536, 65_537, 131_072, 131_073].map(listOf)).toEqual([1, 1, 2, 2, 3])
  const site = 'https://training.example.org'
  expect(listUrl(site, 'revocation', 1)).toBe(`${site}/status/revocation`)
  expect(listUrl(site, 'supersession', 12)).toBe(`${site}/status/supersession/12`)
  expect(statusEntries(site, { list: 2, revocation_index: 5 })).toEqual({
    revocation: { list_url: `${site}/status/revocation/2`, index: 5 },
    supersession: null,
  })
  const drawn = Array.from({ length: 200 }, randomIndex)
  expect(drawn.every((index) => index >= 0 && index < 131_072)).toBe(true)
  expect(new Set(drawn).size).toBeGreaterThan(100)
})

describe('a name on the verification page', () => {
  test.each([
    ['Ada Lindqvist', 'A•• L••••••••'],
    ['Ada  Lindqvist', 'A•• L••••••••'],
    ['Ø', 'Ø'],
    [' Mai ', ' M•• '],
  ])('%s is masked as %s', (name, masked) => {
    expect(maskedName(name)).toBe(masked)
  })

  test.each([
    [' ada   LINDQVIST ', 'Ada Lindqvist'],
    ['Zoe\u0308', 'Zoë'],
    ['O’Neil ‘X’ ʼ`´', "O'Neil 'X' '''"],
    ['Anne‐Marie‑a–b—c', 'Anne-Marie-a-b-c'],
  ])('%s is the same as %s', (typed, printed) => {
    expect(isSameName(typed, printed)).toBe(true)
    expect(isSameName(printed, typed)).toBe(true)
  })

  test.each([
    ['Ada', 'Ade'],
    ['Ada B', 'AdaB'],
    ['', 'Ada'],
    ["O'Neil", 'ONeil'],
    ['Anne-Marie', 'AnneMarie'],
  ])('%s is not %s', (typed, printed) => {
    expect(isSameName(typed, printed)).toBe(false)
  })
})
