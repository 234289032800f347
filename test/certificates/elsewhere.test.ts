import { expect, test } from 'vitest'
import { aWorld, config } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { overTls } from './tls.ts'

type Answer = Readonly<{
  errors?: readonly { name: string }[]
  log?: readonly { id: string; valid: boolean }[]
  additionalInformation?: readonly { id: string; results: readonly { schema: string; result: object }[] }[]
}>

function stepsOf({ errors, log = [], additionalInformation = [] }: Answer) {
  const schemas = additionalInformation.filter(({ id }) => id === 'schema_check')
  return {
    ...Object.fromEntries(log.map(({ id, valid }) => [id, valid])),
    schema_check: schemas.flatMap(({ results }) => results.map(({ result }) => result)),
    error: errors?.[0]?.name,
  }
}

test('an independent verifier accepts a credential over TLS, its schema too, until it is revoked', async () => {
  const baseUrl = 'https://training.example'
  const world = await aWorld({ config: { ...config, baseUrl } })
  const person = await personId(world.db, 'mai@northstar.example')
  const { number } = await world.db
    .selectFrom('certificates')
    .select('number')
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow()
  const mai = await world.as('mai@northstar.example')
  const credential = JSON.parse((await mai.get(`/certificates/${number}.json`)).body)
  const forged = structuredClone(credential)
  forged.credentialSubject.identifier[0].identityHash = 'Mallory'
  const addresses = [
    '/status/revocation',
    '/.well-known/did.json',
    '/keys.json',
    '/contexts.json',
    '/issuer.json',
  ]
  const refresh = credential.refreshService.id as string
  const { answers, documents, asked } = await overTls(world, {
    credentials: [credential, forged],
    urls: [...addresses.map((address) => baseUrl + address), refresh],
  })
  expect(stepsOf(answers[0])).toMatchObject({
    valid_signature: true,
    revocation_status: true,
    expiration: true,
    schema_check: [{ valid: true }],
    error: undefined,
  })
  expect(stepsOf(answers[1])).toMatchObject({ error: 'invalid_signature' })
  expect(asked).toEqual([
    'purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json',
    ...['/.well-known/did.json', '/contexts.json', '/issuer.json', '/keys.json', '/status/revocation']
      .concat(new URL(refresh).pathname)
      .sort()
      .map((address) => `training.example${address}`),
  ])
  // Digital Bazaar's http-client parses only what comes as JSON.
  expect(documents).toMatchObject([
    { credentialSubject: { statusPurpose: 'revocation', ttl: 300_000 } },
    { id: 'did:web:training.example' },
    { keys: [{ controller: 'did:web:training.example' }] },
    { 'https://www.w3.org/ns/credentials/v2': {} },
    { type: ['Profile'] },
    credential,
  ])

  const [lee, max] = [await world.as('lee@licensing.example'), await world.as('max@licensing.example')]
  const request = await lee.post(`/certificates/records/${number}/revocation`, {
    reason: 'Taken by someone else',
  })
  await max.post(`${request.headers.location}/confirmation`)
  const after = await overTls(world, { credentials: [credential], urls: [] })
  expect(stepsOf(after.answers[0])).toMatchObject({ valid_signature: true, revocation_status: false })
}, 60_000)
