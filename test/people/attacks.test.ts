import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { configWarnings, readConfig } from '#server/config.ts'
import { demoPassword } from '#server/demo/cast.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import { mailResetLink } from '#server/people/actions.ts'
import { hashesComputed } from '#server/people/passwords.ts'
import { aWorld, type Client } from '#test/support/app.ts'
import { asTheService } from '#test/support/db.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'

const ada = 'ada@northstar.example'
const wrong = 'not the password of anyone'

const guess = (client: Client, email: string, password = wrong) =>
  client.post('/sign-in', { email, password })

const statusCounts = (answers: readonly { statusCode: number }[]) => {
  const counts: Record<number, number> = {}
  for (const { statusCode } of answers) counts[statusCode] = (counts[statusCode] ?? 0) + 1
  return counts
}

describe('guessing passwords', () => {
  test('200 wrong guesses at once on one account compute at most 20 hashes', async () => {
    const { visitor } = await aWorld()
    const before = hashesComputed()
    const answers = await Promise.all(Array.from({ length: 200 }, () => guess(visitor(), ada)))
    expect(hashesComputed() - before).toBeLessThanOrEqual(20)
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 190 })
  })

  test('200 wrong guesses at once on 200 accounts from one address compute at most 20 hashes', async () => {
    const { visitor } = await aWorld()
    const before = hashesComputed()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => guess(visitor(), `person${n}@northstar.example`)),
    )
    expect(hashesComputed() - before).toBeLessThanOrEqual(20)
    expect(statusCounts(answers)).toEqual({ 401: 15, 429: 185 })
  })

  test('the message says when to try again, and the count outlives a restart', async () => {
    const { visitor, db } = await aWorld()
    await Promise.all(Array.from({ length: 12 }, () => guess(visitor(), ada)))
    const answer = await guess(visitor(), ada, demoPassword)
    expect(answer.statusCode).toBe(429)
    expect(answer.body).toContain('Too many sign-in attempts. Try again in 2 minutes.')
    const rows = await db.selectFrom('sign_in_attempts').select('subject').execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain('ada')
  })

  test('after the wait, the right password works', async () => {
    const world = await aWorld()
    await Promise.all(Array.from({ length: 12 }, () => guess(world.visitor(), ada)))
    world.clock.now = new Date(world.clock.now.getTime() + 91_000)
    expect((await guess(world.visitor(), ada, demoPassword)).statusCode).toBe(303)
  })

  test('a known device signs in during an attack on its account', async () => {
    const { as, visitor } = await aWorld()
    const device = await as(ada)
    await device.post('/sign-out')
    device.address = '192.0.2.77'
    await Promise.all(Array.from({ length: 200 }, () => guess(visitor('198.51.100.7'), ada)))
    expect((await guess(visitor('192.0.2.9'), ada, demoPassword)).statusCode).toBe(429)
    expect((await guess(device, ada, demoPassword)).statusCode).toBe(303)
  })

  test('120 wrong guesses from an office’s address do not lock the office out', async () => {
    const { as, visitor } = await aWorld()
    // Everyone in this test is behind the same address. Theo has signed in from there before, on another device.
    await as('theo@northstar.example')
    await Promise.all(Array.from({ length: 120 }, (_, n) => guess(visitor(), `person${n}@northstar.example`)))
    expect((await guess(visitor(), 'theo@northstar.example', demoPassword)).statusCode).toBe(303)
  })

  test('someone who was never in that office waits three seconds after 120 wrong guesses, no longer', async () => {
    const { visitor, clock } = await aWorld()
    await Promise.all(Array.from({ length: 120 }, (_, n) => guess(visitor(), `person${n}@northstar.example`)))
    expect((await guess(visitor(), ada, demoPassword)).body).toContain('Try again in 3 seconds.')
    clock.now = new Date(clock.now.getTime() + 3_000)
    expect((await guess(visitor(), ada, demoPassword)).statusCode).toBe(303)
  })
})

describe('giving the password again', () => {
  test('is asked again after 5 minutes, and 200 wrong guesses compute 5 hashes', async () => {
    const { as, clock, db } = await aWorld()
    const client = await as(ada)
    const form = { new_password: 'copper teapot under nine maples', password: wrong }
    clock.now = new Date(Date.now() + 4 * 60_000)
    expect((await client.get('/account/password')).body).not.toContain('Your password now')
    clock.now = new Date(Date.now() + 5 * 60_000 + 1_000)
    expect((await client.get('/account/password')).body).toContain('Your password now')
    const before = hashesComputed()
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => client.post('/account/password', form)),
    )
    expect(hashesComputed() - before).toBe(5)
    expect(statusCounts(answers)).toEqual({ 422: 200 })
    expect((await client.post('/account/password', { ...form, password: demoPassword })).body).toContain(
      'Too many attempts',
    )
    const { password_hash } = await db
      .selectFrom('people')
      .select('password_hash')
      .where('email', '=', ada)
      .executeTakeFirstOrThrow()
    clock.now = new Date(clock.now.getTime() + 61_000)
    await client.post('/account/password', { ...form, password: demoPassword })
    const after = await db
      .selectFrom('people')
      .select('password_hash')
      .where('email', '=', ada)
      .executeTakeFirstOrThrow()
    expect(after.password_hash).not.toBe(password_hash)
  })
})

describe('a forgotten password', () => {
  test('has the same answer for every email', async () => {
    const { visitor } = await aWorld({ mail: async () => {} })
    const known = await visitor().post('/forgot-password', { email: ada })
    const unknown = await visitor().post('/forgot-password', { email: 'no-account@northstar.example' })
    expect(known.statusCode).toBe(200)
    expect(known.body).toBe(unknown.body)
  })

  test('30 requests at once make at most 3 links an hour, and only the last one works', async () => {
    const { visitor, db } = await aWorld()
    const service = await asTheService()
    const ask = async (times: number) => {
      const tokens: string[] = []
      const mail: AccountMail = async (_trx, { text }) => {
        tokens.push(/\/link\/([\w-]{27})/.exec(text)![1]!)
      }
      const asked = Array.from({ length: times }, () => ({ email: ada, key: randomUUID() }))
      await Promise.all(asked.map((one) => mailResetLink(service, one, { mail, baseUrl: '' })))
      return tokens
    }
    const tokens = await ask(30)
    expect(tokens).toHaveLength(3)
    const answers = await Promise.all(tokens.map((token) => visitor().get(`/link/${token}`)))
    expect(statusCounts(answers)).toEqual({ 200: 1, 410: 2 })
    await db.updateTable('invitations').set({ created_at: sql`now() - interval '61 minutes'` }).execute()
    expect(await ask(1)).toHaveLength(1)
  })

  test('sends its link to the email on record', async () => {
    const sent: { to: string; text: string }[] = []
    const world = await aWorld({
      mail: async (message) => {
        sent.push(message)
      },
    })
    await world.visitor().post('/forgot-password', { email: ' ADA@northstar.example' })
    await sendAccountEmails(world)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ to: ada, text: expect.stringMatching(/\/link\/[\w-]{27}\n/) })
  })
})

test('https without TRUSTED_PROXY is warned of at the start', () => {
  const https = { BASE_URL: 'https://training.example.org' }
  expect(configWarnings(readConfig(https)).join()).toContain('TRUSTED_PROXY is not set')
  expect(configWarnings(readConfig({ ...https, TRUSTED_PROXY: '127.0.0.1' }))).toEqual([])
  expect(configWarnings(readConfig({}))).toEqual([])
})
