import { verifyCredential } from '@digitalcredentials/verifier-core'
import { expect, test, vi } from 'vitest'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

/** Runs an independent verifier with a network that only has what this site publishes. */
async function found({ app }: World, credential: object) {
  const asked: string[] = []
  const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { host, pathname } = new URL(input instanceof Request ? input.url : String(input))
    if (host !== '127.0.0.1:3000') throw new TypeError('The network is off.')
    asked.push(pathname)
    const { statusCode, rawPayload, headers } = await app.inject({ url: pathname })
    return new Response(new Uint8Array(rawPayload), {
      status: statusCode,
      headers: { 'content-type': String(headers['content-type']) },
    })
  })
  const quiet = [vi.spyOn(console, 'log').mockReturnValue(), vi.spyOn(console, 'error').mockReturnValue()]
  try {
    const { errors, log } = (await verifyCredential({
      credential: structuredClone(credential) as never,
      knownDIDRegistries: [],
    })) as { errors?: readonly { name: string }[]; log?: readonly { id: string; valid: boolean }[] }
    const steps = Object.fromEntries((log ?? []).map(({ id, valid }) => [id, valid]))
    return { ...steps, error: errors?.[0]?.name, asked: [...new Set(asked)].sort() }
  } finally {
    for (const spy of [fetching, ...quiet]) spy.mockRestore()
  }
}

test('an independent verifier accepts a downloaded credential until it is revoked', async () => {
  const world = await aWorld()
  const person = await personId(world.db, 'mai@northstar.example')
  const { number } = await world.db
    .selectFrom('certificates')
    .select('number')
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow()
  const mai = await world.as('mai@northstar.example')
  const credential = JSON.parse((await mai.get(`/certificates/${number}.json`)).body)
  const published = ['/.well-known/did.json', '/status/revocation', '/status/supersession']
  expect(await found(world, credential)).toMatchObject({
    valid_signature: true,
    revocation_status: true,
    message_status: true,
    asked: published,
  })

  const [lee, max] = [await world.as('lee@licensing.example'), await world.as('max@licensing.example')]
  const asked = await lee.post(`/certificates/records/${number}/revocation`, {
    reason: 'Taken by someone else',
  })
  await max.post(`${asked.headers.location}/confirmation`)
  expect(await found(world, credential)).toMatchObject({ valid_signature: true, revocation_status: false })

  const forged = structuredClone(credential)
  forged.credentialSubject.identifier[0].identityHash = 'Mallory'
  expect(await found(world, forged)).toMatchObject({ error: 'invalid_signature' })
}, 60_000)
