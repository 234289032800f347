import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { isFromHere } from '#server/web/security-headers.ts'
import { aWorld, config, withoutFormKeys } from '#test/support/app.ts'

describe('requests from elsewhere', () => {
  const here = 'http://127.0.0.1:3000'
  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: here }, false],
    [{ origin: here }, true],
    [{ origin: 'http://127.0.0.1:3001' }, false],
    [{ origin: 'https://127.0.0.1:3000' }, false],
    [{ origin: 'null' }, false],
    [{}, false],
  ])('%j may change something: %s', (headers, expected) => {
    expect(isFromHere({ headers }, here)).toBe(expected)
  })

  test('every unsafe route refuses a request that another site makes a browser send', async () => {
    const { app } = await aWorld()
    const routes = [
      ...app.printRoutes({ commonPrefix: false }).matchAll(/(\/\S*) \(([^)]*POST[^)]*)\)/g),
    ].map(([, url]) => url!)
    expect(routes.length).toBeGreaterThan(8)
    for (const url of routes) {
      const answer = await app.inject({
        method: 'POST',
        url: url.replaceAll(/:\w+/g, 'x'),
        headers: { 'sec-fetch-site': 'cross-site' },
      })
      expect([url, answer.statusCode]).toEqual([url, 403])
    }
  })
})

test('every page carries the policy that keeps scripts and frames of others out, and is not stored', async () => {
  const { as, visitor } = await aWorld()
  const ada = await as('ada@northstar.example')
  for (const answer of [
    await visitor().get('/'),
    await ada.get('/'),
    await ada.get('/nowhere'),
    await visitor().get('/verify'),
  ]) {
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("require-trusted-types-for 'script';trusted-types default")
    for (const feature of ['camera', 'microphone', 'geolocation', 'usb'])
      expect(answer.headers['permissions-policy']).toContain(`${feature}=()`)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  }
  const form = (await visitor().get('/sign-in')).body
  expect(form).toMatch(/<input [^>]*type="password"[^>]*>/)
  expect(form).toMatch(/<input [^>]*autocomplete="current-password[^>]*>/)
  expect(form).not.toMatch(/onpaste|autocomplete="off"/)
  expect((await ada.get('/')).body).toContain('action="/sign-out"')
})

test('static files are kept for a year, under names that change with their content', async () => {
  const { visitor } = await aWorld()
  const page = await visitor().get('/')
  const [, url] = /href="(\/static\/styles\.[\w-]+\.css)"/.exec(page.body)!
  const css = await visitor().get(url!, { 'accept-encoding': 'br' })
  expect(css.headers['content-encoding']).toBe('br')
  expect(css.headers['cache-control']).toContain('immutable')
})

test('a page is compressed for browsers that ask for it, with its length, and kept apart from the plain one', async () => {
  const { visitor } = await aWorld()
  const plain = await visitor().get('/verify')
  for (const [asked, encoding, unpack] of [
    ['gzip, deflate, br, zstd', 'zstd', zstdDecompressSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
  ] as const) {
    const { headers, rawPayload } = await visitor().get('/verify', { 'accept-encoding': asked })
    expect(headers['content-encoding']).toBe(encoding)
    expect(headers.vary).toBe('accept-encoding')
    expect(Number(headers['content-length'])).toBe(rawPayload.length)
    expect(withoutFormKeys(unpack(rawPayload).toString())).toBe(plain.body)
  }
})

test('the app does not start with a route that declares no policy', async () => {
  const { db, catalogue } = await aWorld({ cast: false })
  const app = await buildApp({
    db,
    catalogue,
    mail: null,
    clock: () => new Date(),
    config,
    isDemo: false,
  })
  app.get('/forgotten', async () => 'open to all')
  await expect(app.ready()).rejects.toThrow('/forgotten')
})

test('with https the session cookie is bound to this host and never sent in the clear', async () => {
  const { app } = await aWorld({ config: { ...config, baseUrl: 'https://training.example', https: true } })
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-in',
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: 'ada@northstar.example', password: demoPassword }).toString(),
  })
  const [session, device] = answer.headers['set-cookie'] as string[]
  // An hour longer than the session, so that a form sent too late is kept for its owner.
  expect(session).toMatch(/^__Host-sid=[a-z2-7]{40}; Max-Age=46800; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  expect(device).toMatch(
    /^__Host-device=[\w-]{27}; Max-Age=15552000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  expect(answer.headers['strict-transport-security']).toContain('max-age=31536000')
})

test('over http only this machine is served', () => {
  expect(() => readConfig({ HOST: '0.0.0.0' })).toThrow('https')
  expect(() => readConfig({ BASE_URL: 'http://training.example' })).toThrow('https')
  expect(readConfig({ HOST: '0.0.0.0', BASE_URL: 'https://training.example' }).https).toBe(true)
})

test.each([
  ['PORT', 'three'],
  ['SESSION_HOURS', '100'],
  ['DATABASE_URL', 'mysql://x'],
  ['SMTP_URL', 'x'],
  ['BASE_URL', 'https://training.example/path'],
  ['LOG_LEVEL', 'loud'],
])('a bad %s stops the boot and says which', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(name)
})

test('a form with fields that the page does not have is refused', async () => {
  const { visitor } = await aWorld()
  const answer = await visitor().post('/sign-in', {
    email: 'a@b.example',
    password: 'x',
    role: 'system_admin',
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).toContain('We couldn’t read your request')
})

test('programs find what they look for: whom to tell of a weakness, where to change a password, what not to index', async () => {
  const { visitor, clock } = await aWorld()
  const client = visitor()
  const security = (await client.get('/.well-known/security.txt')).body
  expect(security).toMatch(/^Contact: \S+$/m)
  const [, expires] = /^Expires: (.+)$/m.exec(security)!
  expect(Date.parse(expires!)).toBeGreaterThan(clock.now.getTime())
  expect((await client.get('/.well-known/change-password')).headers.location).toBe('/account/password')
  expect((await client.get('/robots.txt')).body).toContain('Disallow: /verify/')
  expect((await client.get('/verify')).headers['permissions-policy']).toContain('geolocation=()')
})

test('signing out clears what the browser kept, and no route answers TRACE', async () => {
  const { as, app } = await aWorld()
  const client = await as('ada@northstar.example')
  expect((await client.post('/sign-out')).headers['clear-site-data']).toBe('"cache", "storage"')
  const { hostname, port } = new URL(await app.listen({ port: 0 }))
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    request({ hostname, port, method: 'TRACE', path: '/' }, (given) => resolve(given.resume().statusCode))
      .on('error', reject)
      .end()
  })
  expect(answer).toBe(403)
})
