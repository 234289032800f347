import { generate } from 'otplib'
import { describe, expect, test } from 'vitest'
import { openDataKey } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { readConfig } from '#server/config.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { openSecret } from '#server/people/sealed-secret.ts'
import { earlierRecoveryCodeHash } from '#server/people/sign-in/authenticator.ts'
import { sealStoredSecrets } from '#server/people/sign-in/second-factor.actions.ts'
import { aWorld, type Client, config, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const ada = 'ada@northstar.example'
const rae = 'rae@northstar.example'

const codeOf = (secret: string, at: Date) => generate({ secret, epoch: Math.floor(at.getTime() / 1000) })

/** Sets up an authenticator app through the pages; answers its secret and the recovery codes. */
async function setUpApp({ clock }: World, client: Client) {
  const page = await client.get('/account/second-factor/authenticator')
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)![1]!.replaceAll(' ', '')
  const done = await client.post('/account/second-factor/authenticator', {
    code: await codeOf(secret, clock.now),
  })
  const codes = [...done.body.matchAll(/<li><code>([a-z0-9]{5}-[a-z0-9]{5})<\/code>/g)].map(
    ([, code]) => code!,
  )
  return { secret, codes }
}

const later = ({ clock }: World, seconds: number) => {
  clock.now = new Date(clock.now.getTime() + seconds * 1000)
}

async function enterPassword(client: Client, email: string) {
  const answer = await client.post('/sign-in', { email, password: demoPassword })
  expect(answer.headers.location).toBe('/sign-in/second-factor?next=%2F')
  expect((await client.get('/account')).statusCode).toBe(303)
}

describe('an authenticator app', () => {
  test('is asked after the password; a code works once; a wrong one is refused', async () => {
    const world = await aWorld()
    const { secret } = await setUpApp(world, await world.as(ada))
    const client = world.visitor()
    await enterPassword(client, ada)
    const wrong = await client.post('/sign-in/second-factor', { code: '000000' })
    expect(wrong.statusCode).toBe(401)
    // The code that set the app up was used then.
    const used = await client.post('/sign-in/second-factor', { code: await codeOf(secret, world.clock.now) })
    expect(used.statusCode).toBe(401)
    later(world, 30)
    const code = await codeOf(secret, world.clock.now)
    expect((await client.post('/sign-in/second-factor', { code })).statusCode).toBe(303)
    expect((await client.get('/account')).statusCode).toBe(200)
    const other = world.visitor()
    await enterPassword(other, ada)
    expect((await other.post('/sign-in/second-factor', { code })).statusCode).toBe(401)
  })

  test('keeps its secret sealed: the database shows it to no one, and it opens in no other row', async () => {
    const world = await aWorld()
    const { secret } = await setUpApp(world, await world.as(ada))
    const stored = () =>
      world.db.selectFrom('authenticators').select(['person_id', 'secret']).executeTakeFirstOrThrow()
    const { person_id, secret: sealed } = await stored()
    expect(sealed).not.toContain(secret)
    const codes = await world.db.selectFrom('recovery_codes').select('code_hash').execute()
    expect(codes.every(({ code_hash }) => code_hash.startsWith('$argon2id$'))).toBe(true)
    // What an earlier version stored in clear is sealed at the start, and its app goes on working.
    const key = () => openDataKey(world.config.keysFile, issuerDid(world.config.baseUrl), world.clock.now)
    await world.db.updateTable('authenticators').set({ secret }).execute()
    await sealStoredSecrets(world.db, key)
    const again = (await stored()).secret
    expect(again).not.toContain(secret)
    expect(openSecret(await key(), person_id, again)).toBe(secret)
    expect(openSecret(await key(), await personId(world.db, rae), again)).toBeNull()
    later(world, 60)
    const client = world.visitor()
    await enterPassword(client, ada)
    const code = await codeOf(secret, world.clock.now)
    expect((await client.post('/sign-in/second-factor', { code })).statusCode).toBe(303)
  })

  test('200 guesses at once are five guesses', async () => {
    const world = await aWorld()
    await setUpApp(world, await world.as(ada))
    const client = world.visitor()
    await enterPassword(client, ada)
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        client.post('/sign-in/second-factor', { code: String(n).padStart(6, '9') }),
      ),
    )
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(5)
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(195)
  })

  test('a recovery code lets its owner in once', async () => {
    const world = await aWorld()
    const { codes } = await setUpApp(world, await world.as(ada))
    expect(codes).toHaveLength(10)
    const client = world.visitor()
    await enterPassword(client, ada)
    expect((await client.post('/sign-in/second-factor', { code: codes[0]!.toUpperCase() })).statusCode).toBe(
      303,
    )
    const other = world.visitor()
    await enterPassword(other, ada)
    expect((await other.post('/sign-in/second-factor', { code: codes[0]! })).statusCode).toBe(401)
    // What an earlier version stored with a fast hash lets its owner in, once too.
    const [{ person_id } = { person_id: '' }] = await world.db
      .selectFrom('recovery_codes')
      .select('person_id')
      .execute()
    const code_hash = earlierRecoveryCodeHash(person_id, 'k3mfh-9xqrt')
    await world.db.insertInto('recovery_codes').values({ person_id, code_hash }).execute()
    const statuses = []
    for (const visitor of [world.visitor(), world.visitor()]) {
      await enterPassword(visitor, ada)
      statuses.push((await visitor.post('/sign-in/second-factor', { code: 'K3MFH 9XQRT' })).statusCode)
    }
    expect(statuses).toEqual([303, 401])
  })

  test('a remembered device is not asked for 30 days, and any other device is', async () => {
    const world = await aWorld()
    const { codes } = await setUpApp(world, await world.as(ada))
    const client = world.visitor()
    await enterPassword(client, ada)
    await client.post('/sign-in/second-factor', { code: codes[0]!, remember: 'yes' })
    await client.post('/sign-out')
    later(world, 29 * 86_400)
    expect((await client.post('/sign-in', { email: ada, password: demoPassword })).headers.location).toBe('/')
    await client.post('/sign-out')
    later(world, 2 * 86_400)
    await enterPassword(client, ada)
    await enterPassword(world.visitor(), ada)
  })

  test('the session from before it was set up ends, except the one that set it up', async () => {
    const world = await aWorld()
    const before = await world.as(ada)
    const client = await world.as(ada)
    await setUpApp(world, client)
    expect((await before.get('/account')).statusCode).toBe(303)
    expect((await client.get('/account')).statusCode).toBe(200)
  })
})

describe('a role above learner', () => {
  const strict = { ...config, secondFactor: 'required' as const }

  test('sees no page before a second factor is set up, and every page after', async () => {
    const world = await aWorld({ config: strict })
    const client = await world.as(rae)
    for (const page of ['/team', '/programs', '/account'])
      expect((await client.get(page)).headers.location).toBe('/account/second-factor')
    expect((await client.post('/account/name', { name: 'Rae', pronunciation: '' })).headers.location).toBe(
      '/account/second-factor',
    )
    expect((await client.get('/account/second-factor')).body).toContain(
      'Set up one of these two before you go on',
    )
    await setUpApp(world, client)
    expect((await client.get('/team')).statusCode).toBe(200)
    const removal = await client.post('/account/second-factor/removal')
    expect(removal.statusCode).toBe(422)
    expect(removal.body).toContain('Your role needs a second factor')
  })

  test('a learner needs none', async () => {
    const world = await aWorld({ config: strict })
    expect((await (await world.as(ada)).get('/')).statusCode).toBe(200)
  })

  test('the second factor is required unless this is the demonstration or the setting says otherwise', () => {
    expect(readConfig({}).secondFactor).toBeUndefined()
    expect(readConfig({ SECOND_FACTOR: 'optional' }).secondFactor).toBe('optional')
    expect(() => readConfig({ SECOND_FACTOR: 'no' })).toThrow(/SECOND_FACTOR=no/)
  })
})

test('a change to how someone signs in asks for the password again', async () => {
  const world = await aWorld()
  const client = await world.as(ada)
  later(world, 6 * 60)
  expect((await client.get('/account/second-factor')).body).toContain('First, your password again')
  expect((await client.get('/account/second-factor/authenticator')).statusCode).toBe(303)
  expect((await client.post('/account/second-factor/passkeys/challenge')).statusCode).toBe(403)
})
