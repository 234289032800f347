import { describe, expect, test, vi } from 'vitest'
import { holderHash, readCredential } from '#server/certificates/credentials/credential.ts'
import { verifyCredential } from '#server/certificates/credentials/verification.ts'
import { did, issue, keys } from './issued.ts'
import { sample } from './sample.ts'

const { credential } = await issue()

describe('the credential of a certificate', () => {
  test('has the facts printed on the certificate', () => {
    const { program: _program, token: _token, note: _note, approval: _approval, ...printed } = sample
    expect(readCredential(credential).facts).toEqual({
      ...printed,
      issuer: did,
      approval: 'This version of the course has no recorded approval of the commissioner.',
    })
  })

  test('does not contain the program or its license', () => {
    const text = JSON.stringify(credential)
    for (const word of Object.values(sample.program!)) expect(text).not.toContain(word)
  })

  test('identifies the person by a salted hash that only the installation can resolve', () => {
    const [, hashed] = credential.credentialSubject.identifier
    const holder = { person_id: 'b7a6fd1e', salt: '9c1185a5c5e9fc54' }
    expect(hashed).toMatchObject({ hashed: true, salt: holder.salt, identityHash: holderHash(holder) })
    expect(JSON.stringify(credential)).not.toContain(holder.person_id)
  })

  test('is genuine without the PDF', async () => {
    expect(await verifyCredential(credential, keys)).toMatchObject({
      verdict: 'genuine',
      facts: { hours: 3.7 },
    })
  })

  test('uses no network when it is issued or verified', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('The network is off.'))
    try {
      const { credential } = await issue()
      expect((await verifyCredential(credential, keys)).verdict).toBe('genuine')
      expect(fetching).not.toHaveBeenCalled()
    } finally {
      fetching.mockRestore()
    }
  })
})
