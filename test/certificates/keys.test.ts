import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  changeKeyFile,
  openKeyFile,
  readKeyFile,
  readPublishedKeys,
} from '#server/certificates/credentials/key-file.ts'
import {
  didDocument,
  issuerDid,
  keyFault,
  markCompromised,
  newSigningKey,
  publishedKeys,
  rotate,
  signingKeyAt,
} from '#server/certificates/credentials/keys.ts'
import { did } from './issued.ts'

const folder = await mkdtemp(path.join(tmpdir(), 'keys-'))
afterAll(() => rm(folder, { recursive: true }))

const january = new Date('2027-01-01T00:00:00.400Z')
const june = new Date('2027-06-01T12:00:00.500Z')
const first = await newSigningKey(did, january)
const second = await newSigningKey(did, june)
const rotated = rotate({ keys: [first] }, second)

describe('the signing keys', () => {
  test('belong to the address of the installation', () => {
    expect(issuerDid('https://training.example.org')).toBe('did:web:training.example.org')
    expect(issuerDid('http://127.0.0.1:3000')).toBe('did:web:127.0.0.1%3A3000')
    expect(first.id).toBe(`${did}#${first.public_key_multibase}`)
  })

  test('sign one at a time, each in its validity period', () => {
    expect(signingKeyAt(rotated, did, new Date('2027-03-01'))?.id).toBe(first.id)
    expect(signingKeyAt(rotated, did, june)?.id).toBe(second.id)
    expect(signingKeyAt(rotated, did, new Date('2026-12-31'))).toBeUndefined()
    expect(signingKeyAt(rotated, 'did:web:elsewhere.example.org', june)).toBeUndefined()
  })

  test('verify only what was signed in their validity period', () => {
    const [old] = publishedKeys(rotated).keys
    expect(keyFault(old!, new Date('2027-03-01'))).toBeNull()
    expect(keyFault(old!, new Date('2026-12-31T23:59:59Z'))).toContain('was not in use before')
    expect(keyFault(old!, new Date('2027-06-01T12:00:01Z'))).toContain('was retired on June 1, 2027')
  })

  test('verify nothing without a signature time', () => {
    expect(keyFault(first, new Date('2027-14-01T00:00:00Z'))).toContain('does not say when')
  })

  test('verify a signature from their first second', () => {
    expect(keyFault(first, new Date('2027-01-01T00:00:00Z'))).toBeNull()
  })

  test('verify nothing signed after they were compromised', () => {
    const { keys } = markCompromised(rotated, first.id, new Date('2027-04-01T00:00:00Z'))
    expect(keyFault(keys[0]!, new Date('2027-03-31T23:59:59Z'))).toBeNull()
    expect(keyFault(keys[0]!, new Date('2027-04-01T00:00:00Z'))).toContain(
      'others may have held since March 31, 2027',
    )
  })

  test('are published without their secrets, each with its validity period', () => {
    const published = publishedKeys(rotated)
    expect(published.keys.map(({ valid_to }) => valid_to)).toEqual([june.toISOString(), null])
    expect(JSON.stringify([published, didDocument(published, did)])).not.toContain(first.secret_key_multibase)
    expect(didDocument(published, did)).toMatchObject({
      id: did,
      verificationMethod: [
        { id: first.id, type: 'Multikey', validFrom: january.toISOString(), validUntil: june.toISOString() },
        { id: second.id, type: 'Multikey' },
      ],
      assertionMethod: [first.id, second.id],
    })
  })

  test('are published as revoked once compromised', () => {
    const published = publishedKeys(markCompromised(rotated, first.id, june))
    expect(didDocument(published, did)).toMatchObject({
      verificationMethod: [{ id: first.id, revoked: june.toISOString() }, { id: second.id }],
      assertionMethod: [second.id],
    })
  })
})

describe('the key file', () => {
  test('is created at the first start, readable only by its owner, and kept at the next', async () => {
    const file = path.join(folder, 'new', 'keys.json')
    const made = await openKeyFile(file, did, january)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(made.keys).toHaveLength(1)
    expect(await openKeyFile(file, did, june)).toEqual(made)
  })

  test('is created once, no matter how many services start at once', async () => {
    const file = path.join(folder, 'together.json')
    const all = await Promise.all(Array.from({ length: 8 }, () => openKeyFile(file, did, january)))
    expect(new Set(all.map(({ keys }) => keys[0]!.id)).size).toBe(1)
  })

  test('gets a key for a new address and keeps the key of the old one', async () => {
    const file = path.join(folder, 'moved.json')
    const before = await openKeyFile(file, did, january)
    const moved = await openKeyFile(file, 'did:web:new.example.org', june)
    expect(moved.keys.map(({ controller }) => controller)).toEqual([did, 'did:web:new.example.org'])
    expect(moved.keys[0]).toEqual(before.keys[0])
  })

  test('are added once if many requests come first at a new address', async () => {
    const file = path.join(folder, 'moved-at-once.json')
    await openKeyFile(file, did, january)
    const moved = () => openKeyFile(file, 'did:web:new.example.org', june)
    const all = await Promise.all(Array.from({ length: 8 }, moved))
    expect(all.map(({ keys }) => keys.length)).toEqual(Array(8).fill(2))
    expect(new Set(all.map(({ keys }) => keys[1]!.id)).size).toBe(1)
  })

  test('is changed by one command at a time', async () => {
    const file = path.join(folder, 'changed.json')
    await openKeyFile(file, did, january)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () =>
        changeKeyFile(file, async (keys) => rotate(keys, await newSigningKey(did, june))),
      ),
    )
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect((await readKeyFile(file)).keys).toHaveLength(1 + done)
    expect(done).toBeGreaterThan(0)
  })

  test('is refused if others can read it', async () => {
    const file = path.join(folder, 'open.json')
    await writeFile(file, JSON.stringify({ keys: [first] }), { mode: 0o644 })
    await expect(readKeyFile(file)).rejects.toThrow('can be read by other users')
  })

  test.each(['', '{}', '{"keys":[{}]}', '[1'])('is refused if it contains %j', async (text) => {
    const file = path.join(folder, 'broken.json')
    await writeFile(file, text, { mode: 0o600 })
    await expect(readKeyFile(file)).rejects.toThrow(/is not JSON|does not hold/)
  })

  test('and the published keys are not accepted in place of each other', async () => {
    const published = path.join(folder, 'published.json')
    await writeFile(published, JSON.stringify(publishedKeys(rotated)))
    expect(await readPublishedKeys(published)).toEqual(publishedKeys(rotated))
    const secret = path.join(folder, 'secret.json')
    await openKeyFile(secret, did, january)
    await expect(readPublishedKeys(secret)).rejects.toThrow('does not hold published keys')
    expect(await readFile(secret, 'utf8')).toContain('secret_key_multibase')
  })
})
