import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import { createLink } from '#server/people/actions.ts'
import { passwordProblem } from '#server/people/passwords.ts'
import { createSessions } from '#server/people/sessions.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const ada = 'ada@northstar.example'

describe('signing in', () => {
  test('an email and its password lead to the page that was asked for', async () => {
    const { visitor } = await aWorld()
    const client = visitor()
    const asked = await client.get('/account')
    expect(asked.headers.location).toBe('/sign-in?next=%2Faccount')
    const answer = await client.post('/sign-in', {
      email: ' ADA@northstar.example ',
      password: demoPassword,
      next: '/account',
    })
    expect(answer.headers.location).toBe('/account')
    expect((await client.get('/account')).body).toContain('Ada Lindqvist')
  })

  test('an unknown email, a wrong password and a disabled account get the same page', async () => {
    const { db, visitor } = await aWorld()
    await db
      .updateTable('people')
      .set({ disabled_at: new Date() })
      .where('email', '=', 'ivy@lakeside.example')
      .execute()
    const answers = await Promise.all([
      visitor().post('/sign-in', { email: 'x@northstar.example', password: demoPassword }),
      visitor().post('/sign-in', { email: 'a@northstar.example', password: 'not the password' }),
      visitor().post('/sign-in', { email: 'ivy@lakeside.example', password: demoPassword }),
    ])
    const bodies = answers.map(({ body }) => body.replace(/value="[^"]*@[^"]*"/, ''))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401])
    expect(new Set(bodies).size).toBe(1)
  })

  test('an empty form says which field is missing, and is no failed attempt', async () => {
    const { db, visitor } = await aWorld()
    const empty = await visitor().post('/sign-in', { email: ' ', password: '' })
    expect(empty.statusCode).toBe(422)
    expect(empty.body).toContain('Enter your email or employee ID.')
    expect(empty.body).toContain('Enter your password.')
    const half = await visitor().post('/sign-in', { email: ada, password: '' })
    expect(half.body).not.toMatch(/Enter your email|incorrect/)
    expect(half.body).toContain(`value="${ada}"`)
    expect(await db.selectFrom('sign_in_attempts').selectAll().execute()).toEqual([])
  })

  test('a page of another site leads nowhere after signing in', async () => {
    const { visitor } = await aWorld()
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', '/a b']) {
      const answer = await visitor().post('/sign-in', { email: ada, password: demoPassword, next })
      expect(answer.headers.location).toBe('/')
    }
  })

  test('signing out ends the session on the server, not only in the browser', async () => {
    const { as } = await aWorld()
    const client = await as(ada)
    const stolen = new Map(client.cookies)
    await client.post('/sign-out')
    for (const [name, value] of stolen) client.cookies.set(name, value)
    expect((await client.get('/account')).statusCode).toBe(303)
  })

  test('signing in again gives a new session and ends the one that was there', async () => {
    const { as } = await aWorld()
    const client = await as(ada)
    const before = new Map(client.cookies)
    await client.post('/sign-in', { email: ada, password: demoPassword })
    expect(client.cookies.get('sid')).not.toBe(before.get('sid'))
    const other = await as('ivy@lakeside.example')
    other.cookies.set('sid', before.get('sid')!)
    expect((await other.get('/account')).statusCode).toBe(303)
  })

  test('a role that ends, or an account that is disabled, counts from the next request on', async () => {
    const { db, as } = await aWorld()
    const client = await as(ada)
    expect((await client.get('/account')).statusCode).toBe(200)
    await db.updateTable('people').set({ disabled_at: new Date() }).where('email', '=', ada).execute()
    expect((await client.get('/account')).statusCode).toBe(303)
  })
})

describe('sessions', () => {
  test('the database holds only a hash, and the hash opens nothing', async () => {
    const { db, as } = await aWorld()
    const client = await as(ada)
    const token = client.cookies.get('sid')!
    const rows = await db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(rows[0]!.token_hash).toBe(createHash('sha256').update(token).digest('hex'))
    client.cookies.set('sid', rows[0]!.token_hash)
    expect((await client.get('/account')).statusCode).toBe(303)
  })

  test('a session ends after its idle time, and in any case after its last hour', async () => {
    const { db } = await aWorld()
    const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
    const id = await personId(db, ada)
    const idle = await sessions.create(id)
    await db.updateTable('sessions').set({ expires_at: sql`now() - interval '25 hours'` }).execute()
    expect(await sessions.viewer(idle)).toBeNull()
    await sessions.sweep()
    const long = await sessions.create(id)
    // A request renews it, but never past the absolute end.
    await db
      .updateTable('sessions')
      .set({
        last_used_at: sql`now() - interval '61 seconds'`,
        expires_at: sql`now() + interval '10 minutes'`,
        absolute_expires_at: sql`now() + interval '20 minutes'`,
      })
      .execute()
    const viewer = await sessions.viewer(long)
    expect(viewer).toMatchObject({ name: 'Ada Lindqvist' })
    expect(viewer?.session_seconds_left).toBeGreaterThan(19 * 60)
    const { rows } = await sql<{
      left: number
    }>`select extract(epoch from expires_at - now())::int as left from sessions where expires_at > now()`.execute(
      db,
    )
    expect(rows[0]!.left).toBeGreaterThan(19 * 60)
    expect(rows[0]!.left).toBeLessThanOrEqual(20 * 60)
  })

  test('a session that a clock ahead of time made or renewed is over once the clock is right', async () => {
    const { db } = await aWorld()
    const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
    const token = await sessions.create(await personId(db, ada))
    const isOpenWhenAhead = async (time: string) => {
      await sql`update sessions set last_used_at = now() + ${time}::interval,
        expires_at = now() + ${time}::interval + interval '1 hour',
        absolute_expires_at = now() + ${time}::interval + interval '12 hours'`.execute(db)
      return (await sessions.viewer(token)) !== null
    }
    // Two machines may be some seconds apart.
    expect(await isOpenWhenAhead('30 seconds')).toBe(true)
    expect(await isOpenWhenAhead('1 hour')).toBe(false)
    // A form that was open keeps its owner.
    expect(await sessions.findEnded(token)).not.toBeNull()
    expect(await isOpenWhenAhead('1 year')).toBe(false)
    await sessions.sweep()
    expect(await sessions.findEnded(token)).toBeNull()
  })

  test('each request renews the session, at most once a minute', async () => {
    const { db } = await aWorld()
    const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
    const token = await sessions.create(await personId(db, ada))
    const minutesLeftAfter = async (secondsAgo: number) => {
      await sql`update sessions set last_used_at = now() - make_interval(secs => ${secondsAgo}),
        expires_at = now() + interval '40 minutes'`.execute(db)
      await sessions.viewer(token)
      const { rows } = await sql<{
        left: number
      }>`select round(extract(epoch from expires_at - now()) / 60)::int as left from sessions`.execute(db)
      return rows[0]!.left
    }
    expect(await minutesLeftAfter(50)).toBe(40)
    expect(await minutesLeftAfter(70)).toBe(60)
  })

  test('at its absolute end the session is over, but its cookie still tells whose form arrives', async () => {
    const { db, visitor } = await aWorld()
    const client = visitor()
    const answer = await client.post('/sign-in', { email: ada, password: demoPassword })
    expect(answer.cookies.find(({ name }) => name === 'sid')?.maxAge).toBe(13 * 3600)
    await db
      .updateTable('sessions')
      .set({
        expires_at: sql`now() - interval '1 second'`,
        absolute_expires_at: sql`now() - interval '1 second'`,
      })
      .execute()
    expect((await client.get('/account')).headers.location).toBe('/sign-in?next=%2Faccount')
    const signInPage = '/sign-in?next=%2Faccount'
    expect((await client.get(signInPage)).body).toContain('Your session ended.')
    expect((await visitor().get(signInPage)).body).not.toContain('Your session ended.')
    const late = await client.post(
      '/account/name',
      { name: 'Ada' },
      { referer: 'http://127.0.0.1:3000/account' },
    )
    expect(late.headers.location).toBe('/sign-in?next=%2Funsent')
  })

  test('a cookie with an escaped name does not beat the right one, and a broken one breaks nothing', async () => {
    const { as, app } = await aWorld()
    const client = await as(ada)
    const token = client.cookies.get('sid')!
    for (const cookie of [`sid=${token}; s%69d=evil`, `x=%E0%A4%A; sid=${token}`, `sid=${token}; sid=evil`]) {
      const answer = await app.inject({ url: '/account', headers: { cookie } })
      expect(answer.statusCode).toBe(200)
    }
  })

  test('malformed tokens sign no one in, and are no error', async () => {
    const { db } = await aWorld()
    const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
    for (const odd of [
      '',
      'a',
      "' or 1=1 --",
      'A'.repeat(40),
      'é'.repeat(40),
      'a'.repeat(10_000),
      '\u0000'.repeat(40),
    ])
      expect(await sessions.viewer(odd)).toBeNull()
  })

  test('a person sees where they are signed in, and can end one session without the others', async () => {
    const { as, db } = await aWorld()
    const one = await as(ada)
    const two = await as(ada)
    const page = await one.get('/account')
    const handles = [...page.body.matchAll(/\/account\/sessions\/([0-9a-f-]{36})\/end/g)].map(
      ([, handle]) => handle,
    )
    expect(handles).toHaveLength(2)
    const hash = createHash('sha256').update(two.cookies.get('sid')!).digest('hex')
    const { handle } = await db
      .selectFrom('sessions')
      .select('handle')
      .where('token_hash', '=', hash)
      .executeTakeFirstOrThrow()
    const other = await as('ivy@lakeside.example')
    await other.post(`/account/sessions/${handle}/end`)
    expect((await two.get('/account')).statusCode).toBe(200)
    await one.post(`/account/sessions/${handle}/end`)
    expect((await two.get('/account')).statusCode).toBe(303)
    expect((await one.get('/account')).statusCode).toBe(200)
  })
})

describe('links to set a password', () => {
  const fine = 'copper teapot under nine maples'

  test('a link works once, also when many use it in the same moment', async () => {
    const { db, visitor } = await aWorld()
    const token = await createLink(db, await personId(db, ada), 'invite', null)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => visitor().post(`/link/${token}`, { password: fine })),
    )
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, ...Array(7).fill(410)])
    expect((await visitor().get(`/link/${token}`)).statusCode).toBe(410)
    const answer = await visitor().post('/sign-in', { email: ada, password: fine })
    expect(answer.statusCode).toBe(303)
  })

  test('opening a link changes nothing; setting the password ends every session of before', async () => {
    const { db, as, visitor } = await aWorld()
    const client = await as(ada)
    const token = await createLink(db, await personId(db, ada), 'reset', null)
    for (let n = 0; n < 5; n++) expect((await visitor().get(`/link/${token}`)).statusCode).toBe(200)
    expect((await client.get('/account')).statusCode).toBe(200)
    await visitor().post(`/link/${token}`, { password: fine })
    expect((await client.get('/account')).statusCode).toBe(303)
  })

  test('a link that is past its day, or was never made, has ended', async () => {
    const { db, visitor } = await aWorld()
    const token = await createLink(db, await personId(db, ada), 'invite', null)
    await db.updateTable('invitations').set({ expires_at: sql`now() - interval '1 second'` }).execute()
    expect((await visitor().get(`/link/${token}`)).statusCode).toBe(410)
    expect((await visitor().get(`/link/${'x'.repeat(27)}`)).statusCode).toBe(410)
  })

  test('a password that will not do is refused in words, and the link stays good', async () => {
    const { db, visitor } = await aWorld()
    const token = await createLink(db, await personId(db, ada), 'invite', null)
    const short = await visitor().post(`/link/${token}`, { password: 'too short' })
    expect(short.body).toContain('15 characters or more')
    expect((await visitor().get(`/link/${token}`)).statusCode).toBe(200)
  })
})

describe('passwords', () => {
  test('length and guessability are the only rules', async () => {
    for (const bad of [
      'passwordpassword',
      '123456789012345',
      'qwertyuiopasdfgh',
      'safeharborsafeharbor',
      'aaaaaaaaaaaaaaaaaaaa',
    ])
      expect(await passwordProblem(bad, [])).not.toBeNull()
    for (const good of [
      'copper teapot under nine maples',
      'tsis paub tsis ua li cas nawb',
      '🦊🍁 river stone lantern 9',
      'tres Ñandúes vuelan sobre el río',
    ])
      expect(await passwordProblem(good, [])).toBeNull()
    expect(await passwordProblem('a1 '.repeat(86), [])).toContain('at most 256')
  })
})
