import { generateKeyPairSync } from 'node:crypto'
import type { Server } from 'node:http'
import Provider, { type Configuration } from 'oidc-provider'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { IdentityProvider } from '#server/people/identity-providers.ts'
import { config } from '#test/support/app.ts'
import { aDevice, aServer, freePort, openBrowser, type Served } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'

const ada = 'ada@northstar.example'

let browser: Browser
const running: Server[] = []
beforeAll(async () => {
  browser = await openBrowser()
})
afterEach(async () => {
  // A browser keeps connections open that would keep the service of this test from closing.
  for (const context of browser.contexts()) await context.close()
  for (const server of running.splice(0)) server.close()
})
afterAll(() => browser.close())

type Someone = { email: string; email_verified: boolean; groups?: string[] }

/** A real OpenID Connect provider on loopback, and the service that trusts it. */
async function withProvider(
  people: Readonly<Record<string, Someone>>,
  { domains = ['northstar.example'], usesKey = false } = {},
): Promise<Served> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const agency: IdentityProvider = {
    id: 'agency',
    name: 'Example Agency',
    issuer,
    client_id: 'training',
    domains,
    scope: 'openid email profile groups',
    ...(usesKey ? { private_key: privateKey } : { client_secret: 'a-secret-of-the-test' }),
  }
  const served = await aServer({ config: { ...config, identityProviders: [agency] } })
  const client = {
    client_id: 'training',
    redirect_uris: [`${served.address}/sign-in/with/agency/callback`],
    ...(usesKey
      ? {
          token_endpoint_auth_method: 'private_key_jwt' as const,
          jwks: { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
        }
      : { client_secret: 'a-secret-of-the-test' }),
  }
  const settings: Configuration = {
    clients: [client as NonNullable<Configuration['clients']>[number]],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: [], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
    cookies: { keys: ['a key of the test'] },
  }
  running.push(new Provider(issuer, settings).listen(port, '127.0.0.1'))
  return served
}

async function signInThere(page: Page, name: string): Promise<void> {
  await page.goto('/sign-in?next=/account')
  await page.getByRole('link', { name: 'Sign in with Example Agency' }).click()
  await finishThere(page, name)
}

async function finishThere(page: Page, name: string): Promise<void> {
  await page.locator('input[name=login]').fill(name)
  await page.locator('input[name=password]').fill('anything')
  await page.getByRole('button').first().click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
}

const linked = ({ db }: Served) =>
  db.selectFrom('sign_in_subjects').select(['subject', 'person_id']).execute()

describe('signing in at an identity provider', () => {
  test('links the account of a verified email once, and then knows the person by the provider’s id', async () => {
    const people = { 'u-1': { email: ada, email_verified: true } }
    const served = await withProvider(people)
    const first = await aDevice(browser, served.address)
    await signInThere(first.page, 'u-1')
    expect(new URL(first.page.url()).pathname).toBe('/account')
    const id = await personId(served.db, ada)
    expect(await linked(served)).toEqual([{ subject: 'u-1', person_id: id }])
    // The email there may change afterwards.
    people['u-1'].email = 'someone.else@northstar.example'
    const second = await aDevice(browser, served.address)
    await signInThere(second.page, 'u-1')
    expect(await second.page.getByRole('main').textContent()).toContain(ada)
  })

  test('never links an account by an unverified email, nor by one outside the provider’s domains', async () => {
    const served = await withProvider({
      unverified: { email: ada, email_verified: false },
      outside: { email: 'ivy@lakeside.example', email_verified: true },
      unknown: { email: 'no-account@northstar.example', email_verified: true },
    })
    for (const name of ['unverified', 'outside', 'unknown']) {
      const { page } = await aDevice(browser, served.address)
      await signInThere(page, name)
      expect(await page.getByRole('main').textContent()).toContain('no account here is linked to you')
      expect((await page.context().cookies()).map((cookie) => cookie.name)).not.toContain('sid')
    }
    expect(await linked(served)).toEqual([])
  })

  test('is found by the email’s domain, and gives and ends the roles that its groups are mapped to', async () => {
    const people: Record<string, Someone> = {
      'u-1': { email: ada, email_verified: true, groups: ['Shift Leads', 'Everyone'] },
    }
    const served = await withProvider(people)
    const { db } = served
    const [id, kit] = [await personId(db, ada), await personId(db, 'kit@system.example')]
    const { program_id } = await db
      .selectFrom('assignments')
      .select('program_id')
      .where('person_id', '=', id)
      .executeTakeFirstOrThrow()
    const mapping = { source: 'provider:agency', program_id, made_by: kit, made_at: new Date() }
    await db
      .insertInto('group_roles')
      .values([
        { ...mapping, group_name: 'shift leads', role: 'supervisor' },
        // Not confirmed by a second person, so it gives nothing.
        { ...mapping, group_name: 'Everyone', role: 'program_admin' },
      ])
      .execute()
    const roles = async () => {
      const open = db.selectFrom('roles').select('role').where('person_id', '=', id)
      return (await open.where('ended_at', 'is', null).execute()).map(({ role }) => role)
    }
    const { page } = await aDevice(browser, served.address)
    await page.goto('/sign-in?next=/account')
    await page.getByLabel('Email', { exact: true }).fill('someone@elsewhere.example')
    await page.getByRole('button', { name: 'Use single sign-on with this email' }).click()
    expect(await page.getByRole('main').textContent()).toContain('No single sign-on is set up for this email')
    await page.getByLabel('Email', { exact: true }).fill(ada.toUpperCase())
    await page.getByRole('button', { name: 'Use single sign-on with this email' }).click()
    await page.getByRole('link', { name: 'Continue to Example Agency' }).click()
    expect(new URL(page.url()).origin).not.toBe(served.address)
    await finishThere(page, 'u-1')
    expect(new URL(page.url()).pathname).toBe('/account')
    expect(await roles()).toEqual(['supervisor'])
    people['u-1']!.groups = ['Everyone']
    await signInThere((await aDevice(browser, served.address)).page, 'u-1')
    expect(await roles()).toEqual([])
  })

  test('does not let a second person of the provider into an account that is linked', async () => {
    const served = await withProvider({
      'u-1': { email: ada, email_verified: true },
      'u-2': { email: ada, email_verified: true },
    })
    await signInThere((await aDevice(browser, served.address)).page, 'u-1')
    const { page } = await aDevice(browser, served.address)
    await signInThere(page, 'u-2')
    expect(await page.getByRole('main').textContent()).toContain('no account here is linked to you')
  })

  test('with the email of a merged account opens the account that is kept, and stays the merged one’s', async () => {
    const served = await withProvider({
      'u-9': { email: 'ada.berg@northstar.example', email_verified: true },
    })
    const kept = await personId(served.db, ada)
    const { id: merged } = await served.db
      .insertInto('people')
      .values({
        name: 'Ada Berg',
        email: 'ada.berg@northstar.example',
        merged_into: kept,
        merged_at: new Date(),
        disabled_at: new Date(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { page } = await aDevice(browser, served.address)
    await signInThere(page, 'u-9')
    expect(await page.getByRole('main').textContent()).toContain(ada)
    // If the merge is reversed, it leads to the account that had the email, not into someone else’s.
    expect(await linked(served)).toEqual([{ subject: 'u-9', person_id: merged }])
  })

  test('proves the service by a signed assertion where the provider asks for a key in place of a secret', async () => {
    const served = await withProvider({ 'u-1': { email: ada, email_verified: true } }, { usesKey: true })
    const { page } = await aDevice(browser, served.address)
    await signInThere(page, 'u-1')
    expect(new URL(page.url()).pathname).toBe('/account')
  })

  test('an answer that no one asked for signs no one in', async () => {
    const served = await withProvider({})
    const visitor = served.visitor()
    const answer = await visitor.get('/sign-in/with/agency/callback?code=abc&state=def')
    expect(answer.statusCode).toBe(401)
    expect(visitor.cookies.has('sid')).toBe(false)
    expect((await visitor.get('/sign-in/with/another')).statusCode).toBe(404)
    const asked = async () =>
      new URL(String((await visitor.get('/sign-in/with/agency')).headers.location)).searchParams
    const [first, second] = [await asked(), await asked()]
    expect(first.get('code_challenge_method')).toBe('S256')
    for (const drawn of ['code_challenge', 'state', 'nonce']) {
      expect(first.get(drawn)?.length).toBeGreaterThan(40)
      expect(first.get(drawn)).not.toBe(second.get(drawn))
    }
    const wrongState = await visitor.get('/sign-in/with/agency/callback?code=abc&state=def')
    expect([wrongState.statusCode, visitor.cookies.has('sid')]).toEqual([401, false])
  })
})
