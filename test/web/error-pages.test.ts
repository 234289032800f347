import { once } from 'node:events'
import { type AddressInfo, createConnection } from 'node:net'
import { describe, expect, test } from 'vitest'
import { buildApp } from '#server/app.ts'
import { connect } from '#server/db/connection.ts'
import { aWorld, Client, config, type World } from '#test/support/app.ts'

const quickExit = 'data-quick-exit'
const notFoundTitle = 'We can’t find that page'

describe('a page that is missing, or that a role may not open', () => {
  test('looks the same, and keeps the person’s own menu, the quick exit and a way back', async () => {
    const { as } = await aWorld()
    const ada = await as('ada@northstar.example')
    const missing = await ada.get('/nowhere')
    const refused = await ada.get('/team')
    for (const answer of [missing, refused]) {
      expect(answer.statusCode).toBe(404)
      expect(answer.headers['content-type']).toContain('text/html')
      expect(answer.body).toContain(notFoundTitle)
      expect(answer.body).toContain('Ada Lindqvist')
      expect(answer.body).toContain(quickExit)
      expect(answer.body).toContain('Go to My training')
      expect(answer.body).not.toContain('>Sign in<')
    }
    const withoutItsAddress = (body: string) =>
      body.replaceAll(/\/(?:support|reading-settings)\?back=[^"]*/g, '')
    expect(withoutItsAddress(refused.body)).toBe(withoutItsAddress(missing.body))
  })

  test('knows the person at an unknown address among the static files, and for every method', async () => {
    const { as, app } = await aWorld()
    const ada = await as('ada@northstar.example')
    expect((await ada.get('/static/nowhere.css')).body).toContain('Ada Lindqvist')
    expect((await ada.post('/nowhere')).body).toContain('Ada Lindqvist')
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const other = await app.inject({
      method: 'DELETE',
      url: '/',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'idempotency-key': crypto.randomUUID() },
    })
    expect([other.statusCode, other.body.includes('Ada Lindqvist')]).toEqual([404, true])
  })

  test('offers a visitor the way in', async () => {
    const { visitor } = await aWorld()
    const answer = await visitor().get('/nowhere')
    expect(answer.body).toContain(notFoundTitle)
    expect(answer.body).toContain('>Sign in<')
    expect(answer.body).toContain('Go to Courses')
  })

  test.each(['/%', '/verify/%C3%28', `/verify/${'x'.repeat(400)}`])(
    'an address that can’t be read is a missing page: %s',
    async (url) => {
      const { as } = await aWorld()
      const answer = await (await as('ada@northstar.example')).get(url)
      expect(answer.statusCode).toBe(404)
      expect(answer.body).toContain(notFoundTitle)
      expect(answer.body).toContain('Ada Lindqvist')
      expect(answer.headers['content-security-policy']).toBeTruthy()
    },
  )
})

test('a request that another site makes a browser send gets a page, with the person’s own menu', async () => {
  const { as } = await aWorld()
  const ada = await as('ada@northstar.example')
  for (const url of ['/sign-out', '/courses/residential-settings/enrollment', '/nowhere']) {
    const answer = await ada.post(url, {}, { 'sec-fetch-site': 'cross-site' })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['content-type']).toContain('text/html')
    expect(answer.body).toContain('Ada Lindqvist')
    expect(answer.body).toContain(quickExit)
    expect(answer.body).not.toContain('>Sign in<')
  }
  expect((await ada.get('/account')).statusCode).toBe(200)
})

test('while the database is away every page says so, without needing it', async () => {
  const world = await aWorld()
  const ada = await world.as('ada@northstar.example')
  const { app, stop } = await appWithoutDatabase(world)
  const visitor = new Client(app)
  const same = new Client(app)
  for (const [name, value] of ada.cookies) same.cookies.set(name, value)
  try {
    for (const answer of [
      await same.get('/'),
      await same.get('/team'),
      await same.get('/nowhere'),
      await same.post('/sign-out'),
      await visitor.get('/verify/xxxx-xxxx'),
      await visitor.post('/sign-in', { email: 'a@b.example', password: 'wrong' }),
    ]) {
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['content-type']).toContain('text/html')
      expect(answer.headers['retry-after']).toBeTruthy()
      expect(answer.body).toContain('We can’t reach our records')
      expect(answer.body).toContain(quickExit)
      expect(answer.body).toMatch(/give your administrator this code: <strong>[a-z0-9]{10}</)
    }
    // The person may well be signed in: we can't know.
    expect((await same.get('/')).body).not.toContain('>Sign in<')
    expect((await visitor.get('/courses')).body).toContain('>Sign in<')
  } finally {
    await stop()
  }
})

test('while the service stops, a request that still arrives gets a page that says to try again', async () => {
  const world = await aWorld()
  const { app, stop } = await appWithoutDatabase(world)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = createConnection((app.server.address() as AddressInfo).port, '127.0.0.1')
  const request = 'GET /courses HTTP/1.1\r\nhost: here\r\n'
  // Half of a second request is there when the service stops; the other half comes after.
  socket.write(`GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n${request}`)
  await once(socket, 'data')
  let answered = ''
  socket.on('data', (chunk) => {
    answered += chunk
  })
  const stopped = stop()
  socket.write('\r\n')
  await once(socket, 'close')
  await stopped
  expect(answered).toContain('503 Service Unavailable')
  expect(answered).toContain('content-type: text/html')
  expect(answered).toContain('We’re restarting')
  expect(answered).toContain(quickExit)
})

test('software gets the same answer as JSON, with the code that is in the log', async () => {
  const { visitor } = await aWorld()
  const answer = await visitor().get('/api/nowhere')
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toEqual({
    error: notFoundTitle,
    message: expect.any(String),
    request: expect.stringMatching(/^[a-z0-9]{10}$/),
  })
})

/** The service with nothing at its database's address. */
async function appWithoutDatabase({ catalogue }: World) {
  const { db } = connect('postgres://no-user@127.0.0.1:1/nowhere', 2)
  const app = await buildApp({ db, catalogue, mail: null, clock: () => new Date(), config, isDemo: false })
  return {
    app,
    stop: async () => {
      await app.close()
      await db.destroy()
    },
  }
}
