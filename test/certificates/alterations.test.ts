import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Credential, proofOf } from '#server/certificates/credentials/credential-shape.ts'
import {
  issuerDid,
  markCompromised,
  newSigningKey,
  publishedKeys,
  rotate,
} from '#server/certificates/credentials/keys.ts'
import { sign } from '#server/certificates/credentials/proof.ts'
import { openCertificate } from '#server/certificates/credentials/seal.ts'
import { verifyCertificateFile, verifyCredential } from '#server/certificates/credentials/verification.ts'
import { did, issue, key, keys, signedAt } from './issued.ts'
import { sample } from './sample.ts'

const { pdf, credential } = await issue()
const proof = proofOf(credential)
const other = await issue({ ...sample, person_name: 'Mallory Northwind', certificate_number: 'SH-000124' })

const verdictOfFile = async (bytes: Uint8Array, by = keys) => (await verifyCertificateFile(bytes, by)).verdict
const verdictOf = async (credential: unknown, by = keys) => (await verifyCredential(credential, by)).verdict
const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('an unaltered certificate', () => {
  test('is genuine, with the facts printed on it', async () => {
    expect(await verifyCertificateFile(pdf, keys)).toMatchObject({
      verdict: 'genuine',
      facts: { person_name: 'Ada Northwind', certificate_number: 'SH-000123', completed_on: '2027-03-31' },
    })
  })

  test('contains the credential that was issued with it', () => {
    expect(openCertificate(pdf)).toMatchObject({ kind: 'opened', credential })
  })

  test.each([
    ['compact', JSON.stringify(credential)],
    ['indented', JSON.stringify(credential, null, 2)],
    ['with letters escaped', JSON.stringify(credential).replaceAll('§', '\\u00a7')],
  ])('is genuine as JSON, %s', async (_how, text) => {
    expect(await verdictOfFile(bytesOf(text))).toBe('genuine')
  })

  test('stays genuine after its key is rotated or lost', async () => {
    const next = await newSigningKey(did, new Date('2027-06-01'))
    const rotated = rotate({ keys: [key] }, next)
    expect(await verdictOfFile(pdf, publishedKeys(rotated))).toBe('genuine')
    const lost = markCompromised(rotated, key.id, new Date('2027-05-01'))
    expect(await verifyCertificateFile(pdf, publishedKeys(lost))).toMatchObject({
      verdict: 'genuine',
      why: expect.stringContaining('Check it against the register'),
    })
  })
})

describe('an altered file', () => {
  test('with one changed byte (2,000 random cases) is not genuine', async () => {
    const genuine: number[] = []
    await fc.assert(
      fc.asyncProperty(fc.nat(pdf.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = pdf.slice()
        altered[at]! ^= change
        if ((await verdictOfFile(altered)) === 'genuine') genuine.push(at)
        return genuine.length === 0
      }),
      { numRuns: 2000 },
    )
    expect(genuine).toEqual([])
  })

  test('with one changed bit anywhere in its credential is not genuine', async () => {
    const start = Buffer.from(pdf).indexOf('{"@context"')
    const end = Buffer.from(pdf).indexOf('\nendstream', start)
    for (let at = start; at < end; at += 5) {
      const altered = pdf.slice()
      altered[at]! ^= 1
      expect(await verdictOfFile(altered), `byte ${at}`).not.toBe('genuine')
    }
  })

  test('with an incremental update is not genuine', async () => {
    const text = Buffer.from(pdf).toString('latin1')
    const root = /\/Root (\d+ 0 R)/.exec(text)![1]
    const [, page] = /\/Kids \[(\d+) 0 R\]/.exec(text)!
    const forged = `${text}\n${page} 0 obj\n<< /Type /Page /MediaBox [0 0 792 612] >>\nendobj\nxref\n${page} 1\n${String(pdf.length + 1).padStart(10, '0')} 00000 n \ntrailer\n<< /Root ${root} /Size 999 /Prev ${/startxref\n(\d+)/.exec(text)![1]} >>\nstartxref\n${pdf.length + 60}\n%%EOF\n`
    expect(await verdictOfFile(Buffer.from(forged, 'latin1'))).toBe('altered')
  })

  test.each([
    ['something after its end', (file: Buffer) => Buffer.concat([file, Buffer.from('\n')])],
    [
      'something before its start',
      (file: Buffer) => Buffer.concat([file.subarray(0, 9), Buffer.from('%x\n'), file.subarray(9)]),
    ],
    ['its end cut off', (file: Buffer) => file.subarray(0, -1)],
    ['text hidden in its credential’s place', (file: Buffer) => replaced(file, '}   ', '}%x ')],
    [
      'a second credential beside its own',
      (file: Buffer) => Buffer.concat([file, credentialStream(other.credential)]),
    ],
    [
      'a second credential before its own',
      (file: Buffer) => Buffer.concat([file.subarray(0, 9), credentialStream(credential), file.subarray(9)]),
    ],
    [
      'its credential longer than its place',
      (file: Buffer) => replaced(file, '\nendstream\nendobj\n', ' \nendstream\nendobj\n'),
    ],
  ])('by %s is not genuine', async (_what, alter) => {
    expect(await verdictOfFile(alter(Buffer.from(pdf)))).toBe('altered')
  })

  test('with the credential of another certificate is not genuine', async () => {
    const stolen = filledWith(other.credential)
    expect(openCertificate(stolen)).toMatchObject({ kind: 'opened', credential: other.credential })
    expect(await verifyCertificateFile(stolen, keys)).toMatchObject({
      verdict: 'altered',
      facts: null,
      claimed_number: 'SH-000124',
    })
  })

  test('with a changed page of the same length is not genuine', async () => {
    const text = Buffer.from(pdf).toString('latin1')
    const at = text.indexOf('/MediaBox [0 0 792 612]')
    expect(at).toBeGreaterThan(0)
    const shrunk = Buffer.from(pdf)
    shrunk.write('/MediaBox [0 0 792 300]', at, 'latin1')
    expect(await verdictOfFile(shrunk)).toBe('altered')
  })

  test.each([
    ['a PDF of something else', bytesOf('%PDF-1.7\n%%EOF\n')],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a])],
    ['nothing', new Uint8Array()],
    ['other JSON', bytesOf('{"name":"Ada"}')],
    ['a word', bytesOf('"genuine"')],
    ['null', bytesOf('null')],
    ['a list of credentials', bytesOf(JSON.stringify([credential]))],
  ])('that is now %s is not a certificate', async (_what, bytes) => {
    expect(await verdictOfFile(bytes)).toBe('not_a_certificate')
  })
})

describe('an altered credential', () => {
  test('with any changed value is not genuine', async () => {
    const places = valuesOf(credential)
    expect(places.length).toBeGreaterThan(80)
    for (const place of places)
      for (const value of alterationsOf(read(credential, place)))
        expect(await verdictOf(written(credential, place, value)), `${place.join('.')} = ${value}`).not.toBe(
          'genuine',
        )
  })

  test('with any changed character in its proof is not genuine', async () => {
    const { proofValue } = proof
    const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
    for (let at = 0; at < proofValue.length; at++) {
      const next = alphabet[(alphabet.indexOf(proofValue[at]!) + 1) % alphabet.length]
      for (const character of [next, '0', ' ', ''])
        expect(
          await verdictOfProof(proofValue.slice(0, at) + character + proofValue.slice(at + 1)),
          `at ${at}`,
        ).not.toBe('genuine')
    }
  })

  test('with its signature in another encoding is not genuine', async () => {
    const { proofValue } = proof
    for (const spelled of [
      `z1${proofValue.slice(1)}`,
      ` ${proofValue}`,
      `${proofValue} `,
      `${proofValue}\n`,
      `z${proofValue}`,
    ])
      expect(await verdictOfProof(spelled)).toBe('altered')
    expect(await verdictOfProof(`u${Buffer.from('a'.repeat(64)).toString('base64url')}`)).toBe('altered')
  })

  test('with any part missing is not genuine', async () => {
    for (const place of partsOf(credential))
      expect(await verdictOf(without(credential, place)), place.join('.')).not.toBe('genuine')
  })

  test('with any part added is not genuine', async () => {
    for (const place of [[], ...partsOf(credential)]) {
      const part = place.length === 0 ? credential : read(credential, place)
      if (typeof part !== 'object') continue
      const more = Array.isArray(part) ? [...part, part[0]] : { ...part, note: 'also valid for 2028' }
      expect(await verdictOf(written(credential, place, more)), place.join('.')).not.toBe('genuine')
    }
  })

  test('with any list in another order is not genuine', async () => {
    for (const place of partsOf(credential)) {
      const part = read(credential, place)
      if (!Array.isArray(part) || part.length < 2) continue
      expect(await verdictOf(written(credential, place, part.toReversed())), place.join('.')).toBe('altered')
    }
  })

  test('with only its keys in another order is the same credential, but not the same file', async () => {
    const turned = Object.fromEntries(Object.entries(credential).toReversed()) as Credential
    expect(await verdictOf(turned)).toBe('genuine')
    const { proofValue, ...others } = proof
    const moved = { ...credential, proof: [{ proofValue, ...others }] }
    expect(await verdictOf(moved)).toBe('genuine')
    expect(await verdictOfFile(filledWith(moved))).toBe('altered')
  })

  const [v2, openBadges, extensions] = credential['@context']
  test.each([
    ['swapped', [openBadges, v2, extensions]],
    ['an older Open Badges', [v2, 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json', extensions]],
    ['version 1', ['https://www.w3.org/2018/credentials/v1', openBadges, extensions]],
    ['one more', [v2, openBadges, extensions, 'https://www.w3.org/ns/credentials/undefined-terms/v2']],
    ['words of its own', [v2, openBadges, extensions, { name: 'https://schema.org/alternateName' }]],
    ['one fewer', [v2, openBadges]],
    ['one alone', [v2]],
    ['none', []],
    ['not a list', v2],
  ])('with another context (%s) is not genuine', async (_what, context) => {
    expect(await verdictOf({ ...credential, '@context': context })).toBe('altered')
  })

  test.each([
    ['another cryptosuite', { cryptosuite: 'eddsa-jcs-2022' }],
    ['another older one', { cryptosuite: 'ecdsa-rdfc-2019' }],
    ['an older type', { type: 'Ed25519Signature2020' }],
    ['another purpose', { proofPurpose: 'authentication' }],
    ['another time', { created: '2027-04-01T03:30:01Z' }],
    ['an end', { expires: '2099-01-01T00:00:00Z' }],
    ['a challenge', { challenge: 'x' }],
  ])('by %s in its proof is not genuine', async (_what, change) => {
    expect(await verdictOf({ ...credential, proof: [{ ...proof, ...change }] })).toBe('altered')
  })

  test('with its proof out of its list, twice or not at all is not genuine', async () => {
    for (const other of [proof, [proof, proof], [proof, {}]])
      expect(await verdictOf({ ...credential, proof: other })).toBe('altered')
    for (const other of [[], [[proof]], null, 'z'])
      expect(await verdictOf({ ...credential, proof: other })).toBe('not_a_certificate')
  })

  test('with a duplicate key is not genuine', async () => {
    const twice = JSON.stringify(credential).replace(
      '"licenseNumber"',
      '"licenseNumber":"SH-999999","licenseNumber"',
    )
    expect(JSON.parse(twice)).toEqual(credential)
    expect(await verdictOfFile(bytesOf(twice))).toBe('altered')
  })

  const verdictOfProof = (proofValue: string) =>
    verdictOf({ ...credential, proof: [{ ...proof, proofValue }] })
})

describe('a credential signed by someone else', () => {
  test('under their own name is not ours', async () => {
    const theirs = await newSigningKey(issuerDid('https://elsewhere.example.org'), new Date('2027-01-01'))
    const { pdf, credential } = await issue(sample, theirs)
    expect(await verdictOfFile(pdf)).toBe('unknown_key')
    expect(await verdictOf(credential)).toBe('unknown_key')
    expect(await verdictOfFile(pdf, publishedKeys({ keys: [theirs] }))).toBe('genuine')
  })

  test('under our name, with a key that we did not publish, is not ours', async () => {
    const theirs = await newSigningKey(did, new Date('2027-01-01'))
    expect(await verdictOfFile((await issue(sample, theirs)).pdf)).toBe('unknown_key')
  })

  test('with their key under our key’s name is altered', async () => {
    const theirs = await newSigningKey(did, new Date('2027-01-01'))
    expect(await verdictOfFile((await issue(sample, { ...theirs, id: key.id })).pdf)).toBe('altered')
  })

  test('with a key of another issuer published next to ours is altered', async () => {
    const theirs = await newSigningKey(issuerDid('https://elsewhere.example.org'), new Date('2027-01-01'))
    const both = publishedKeys({ keys: [key, theirs] })
    const { proof: _, ...unsigned } = credential
    const forged = await resigned(unsigned, { ...theirs, controller: did })
    expect(await verdictOf(forged, both)).toBe('altered')
  })
})

describe('a key', () => {
  const rotated = async () =>
    publishedKeys(rotate({ keys: [key] }, await newSigningKey(did, new Date('2027-06-01'))))

  test('signs nothing genuine after it was rotated', async () => {
    const late = await issue(sample, key, new Date('2027-06-02'))
    expect(await verifyCertificateFile(late.pdf, await rotated())).toMatchObject({
      verdict: 'unknown_key',
      why: expect.stringContaining('retired on May 31, 2027'),
    })
  })

  test('signs nothing genuine before it was created', async () => {
    const early = await issue(sample, key, new Date('2026-12-31'))
    expect(await verdictOfFile(early.pdf)).toBe('unknown_key')
  })

  test('signs nothing genuine after it was compromised', async () => {
    const lost = publishedKeys(markCompromised({ keys: [key] }, key.id, signedAt))
    expect(await verdictOfFile(pdf, lost)).toBe('unknown_key')
  })
})

type Place = readonly (string | number)[]

/** The path of each primitive value. */
function valuesOf(value: unknown, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [place]
  return Object.keys(value).flatMap((name) =>
    valuesOf((value as Record<string, unknown>)[name], [...place, name]),
  )
}

/** The path of each part, nested or not. */
function partsOf(value: unknown, place: Place = []): readonly Place[] {
  const here = place.length === 0 ? [] : [place]
  if (typeof value !== 'object' || value === null) return here
  return [
    ...here,
    ...Object.keys(value).flatMap((name) =>
      partsOf((value as Record<string, unknown>)[name], [...place, name]),
    ),
  ]
}

function read(whole: unknown, place: Place): unknown {
  return place.reduce((part, name) => (part as Record<string, unknown>)[name], whole)
}

function written(whole: Credential, place: Place, value: unknown): unknown {
  if (place.length === 0) return value
  const copy = structuredClone(whole)
  const part = read(copy, place.slice(0, -1)) as Record<string, unknown>
  part[place.at(-1)!] = value
  return copy
}

function without(whole: Credential, place: Place): unknown {
  const copy = structuredClone(whole)
  const part = read(copy, place.slice(0, -1)) as Record<string, unknown>
  if (Array.isArray(part)) part.splice(Number(place.at(-1)), 1)
  else delete part[place.at(-1)!]
  return copy
}

function alterationsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return [value + 1, String(value), null, [value]]
  if (typeof value === 'boolean') return [!value, String(value), null]
  const text = String(value)
  const last = text.at(-1) === '0' ? '1' : '0'
  return [
    text.slice(0, -1) + last,
    `${text}0`,
    text.toUpperCase() === text ? `${text}x` : text.toUpperCase(),
    '',
    null,
    [text],
    { '@value': text },
  ]
}

function filledWith(credential: object): Buffer {
  const file = Buffer.from(pdf)
  const start = file.indexOf('{"@context"')
  file.fill(' ', start, file.indexOf('\nendstream', start))
  file.write(JSON.stringify(credential), start)
  return file
}

function replaced(file: Buffer, from: string, to: string): Buffer {
  const at = file.indexOf(from, file.indexOf('{"@context"'))
  return Buffer.concat([file.subarray(0, at), Buffer.from(to), file.subarray(at + from.length)])
}

function credentialStream(credential: Credential): Buffer {
  const text = JSON.stringify(credential)
  return Buffer.from(`99 0 obj\n<< /Length ${text.length} >>\nstream\n${text}\nendstream\nendobj\n`)
}

async function resigned(unsigned: object, by: typeof key): Promise<unknown> {
  return sign(unsigned, by, signedAt)
}

test('the digest in the credential covers the PDF with the credential left blank', () => {
  const blanked = Buffer.from(pdf)
  const start = blanked.indexOf('{"@context"')
  blanked.fill(' ', start, blanked.indexOf('\nendstream', start))
  const digest = createHash('sha256').update(blanked).digest('base64')
  expect(credential.relatedResource[0].digestSRI).toBe(`sha256-${digest}`)
})
