import { verifyCredential as verifyElsewhere } from '@digitalcredentials/verifier-core'
import { describe, expect, test, vi } from 'vitest'
import { holderHash, readCredential } from '#server/certificates/credentials/credential.ts'
import { didDocument } from '#server/certificates/credentials/keys.ts'
import {
  newStatusList,
  type StatusList,
  statusListCredential,
  withSet,
} from '#server/certificates/credentials/status-list.ts'
import { verifyCredential } from '#server/certificates/credentials/verification.ts'
import { did, issue, key, keys, signedAt, status } from './issued.ts'
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

describe('an independent verifier', () => {
  const lists = (revoked: StatusList) =>
    Promise.all([
      statusListCredential(revoked, 'revocation', status.revocation.list_url, key, signedAt),
      statusListCredential(newStatusList(), 'message', status.supersession.list_url, key, signedAt),
    ])

  test('accepts the credential with the documents published on the site', async () => {
    const log = await stepsElsewhere(credential, await lists(newStatusList()))
    expect(log).toMatchObject({
      valid_signature: true,
      revocation_status: true,
      message_status: true,
      expiration: true,
    })
  })

  test('sees a revocation in the published list', async () => {
    const revoked = withSet(newStatusList(), status.revocation.index)
    expect(await stepsElsewhere(credential, await lists(revoked))).toMatchObject({
      valid_signature: true,
      revocation_status: false,
    })
  })

  test('refuses the credential with a changed name', async () => {
    const forged = structuredClone(credential)
    forged.credentialSubject.identifier[0].identityHash = 'Mallory'
    expect(await stepsElsewhere(forged, await lists(newStatusList()))).toEqual({ error: 'invalid_signature' })
  })
})

/** Runs the independent verifier with a network that only has this site's documents. */
async function stepsElsewhere(asked: object, lists: readonly { id: string }[]): Promise<object> {
  vi.useFakeTimers({ toFake: ['Date'], now: signedAt.getTime() + 86_400_000 })
  const published = new Map<string, object>([
    ['https://training.example.org/.well-known/did.json', didDocument(keys, did)],
    ...lists.map((list) => [list.id, list] as const),
  ])
  const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const document = published.get(input instanceof Request ? input.url : String(input))
    if (!document) throw new TypeError('The network is off.')
    return Response.json(document)
  })
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const quieter = vi.spyOn(console, 'error').mockReturnValue()
  try {
    const { errors, log } = (await verifyElsewhere({
      credential: structuredClone(asked) as never,
      knownDIDRegistries: [],
    })) as { errors?: readonly { name: string }[]; log?: readonly { id: string; valid: boolean }[] }
    if (errors) return { error: errors[0]?.name }
    return Object.fromEntries((log ?? []).map(({ id, valid }) => [id, valid]))
  } finally {
    for (const spy of [fetching, quiet, quieter]) spy.mockRestore()
    vi.useRealTimers()
  }
}
