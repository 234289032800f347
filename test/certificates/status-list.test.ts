import { describe, expect, test } from 'vitest'
import { issuerDid, newSigningKey, publishedKeys } from '#server/certificates/credentials/keys.ts'
import {
  decodeList,
  encodeList,
  isSet,
  newStatusList,
  statusIn,
  statusListCredential,
  statusListLength,
  withSet,
} from '#server/certificates/credentials/status-list.ts'
import { key, keys, signedAt, status } from './issued.ts'

const { revocation } = status
const signed = await statusListCredential(
  withSet(newStatusList(), revocation.index),
  'revocation',
  revocation.list_url,
  key,
  signedAt,
)

describe('a status list', () => {
  test('starts with 131,072 certificates in good standing', () => {
    const list = newStatusList()
    expect(list).toHaveLength(statusListLength / 8)
    expect(list.every((byte) => byte === 0)).toBe(true)
  })

  test('sets one bit in a copy and leaves the original unchanged', () => {
    const before = newStatusList()
    const after = withSet(before, 12)
    expect([11, 12, 13].map((index) => isSet(after, index))).toEqual([false, true, false])
    expect(isSet(before, 12)).toBe(false)
  })

  test('counts from the highest bit of the first byte, as the standard does', () => {
    expect(withSet(newStatusList(), 0)[0]).toBe(0x80)
    expect(withSet(newStatusList(), 7)[0]).toBe(0x01)
    expect(withSet(newStatusList(), 8)[1]).toBe(0x80)
  })

  test('can be decoded again', () => {
    const list = withSet(withSet(newStatusList(), 0), statusListLength - 1)
    expect(encodeList(list)).toMatch(/^uH4s/)
    expect(decodeList(encodeList(list))).toEqual(list)
  })

  test.each(['u', 'uAAAA', encodeList(new Uint8Array(100))])('cannot be decoded from %s', (encoded) => {
    expect(decodeList(encoded)).toBeNull()
  })

  test('gives the status of a certificate and its date', async () => {
    expect(await statusIn(signed, revocation, 'revocation', keys)).toEqual({
      kind: 'set',
      as_of: signedAt.toISOString(),
    })
    expect(await statusIn(signed, { ...revocation, index: 7 }, 'revocation', keys)).toMatchObject({
      kind: 'clear',
    })
  })

  test('is refused with a bit cleared again', async () => {
    const { credentialSubject } = signed
    const cleared = {
      ...signed,
      credentialSubject: { ...credentialSubject, encodedList: encodeList(newStatusList()) },
    }
    expect(await statusIn(cleared, revocation, 'revocation', keys)).toMatchObject({ kind: 'unusable' })
  })

  test('is refused for another purpose, another list or from another issuer', async () => {
    const stranger = await newSigningKey(issuerDid('https://elsewhere.example.org'), new Date('2027-01-01'))
    const theirs = await statusListCredential(
      newStatusList(),
      'revocation',
      revocation.list_url,
      stranger,
      signedAt,
    )
    for (const answer of [
      await statusIn(signed, revocation, 'message', keys),
      await statusIn(signed, { ...revocation, list_url: `${revocation.list_url}0` }, 'revocation', keys),
      await statusIn(theirs, revocation, 'revocation', keys),
      await statusIn(signed, revocation, 'revocation', publishedKeys({ keys: [] })),
      await statusIn({}, revocation, 'revocation', keys),
      await statusIn(null, revocation, 'revocation', keys),
    ])
      expect(answer).toMatchObject({ kind: 'unusable' })
  })
})
