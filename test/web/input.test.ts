import { beforeAll, expect, test } from 'vitest'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'

let world: World
let rae: Client

beforeAll(async () => {
  world = await aWorld()
  rae = await world.as('rae@northstar.example')
})

const cookieOf = (client: Client) => [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

test('text with U+0000 is refused at every address and in every place', async () => {
  const wrong: string[] = []
  for (const { method, url } of world.routes) {
    const address = url.replaceAll(/:\w+/g, 'x%00')
    const answer = await world.app.inject({
      method: method as 'GET',
      url: `${address}?next=%00`,
      headers: {
        cookie: cookieOf(rae),
        'sec-fetch-site': 'same-origin',
        'idempotency-key': crypto.randomUUID(),
        'content-type': 'application/x-www-form-urlencoded',
      },
      ...(method === 'POST' ? { payload: 'email=%00&password=a%00&name=%00&reason=%00' } : {}),
    })
    // Refused as unreadable, not this viewer's at all, or asking for a machine's token.
    if (![400, 401, 404, 415].includes(answer.statusCode)) wrong.push(`${answer.statusCode} ${method} ${url}`)
  }
  expect(wrong).toEqual([])
})

test('a form that sends U+0000 is told that it can’t be read', async () => {
  const visitor = world.visitor()
  const signIn = await visitor.post('/sign-in', { email: 'a\0@b.example', password: 'x' })
  expect(signIn.statusCode).toBe(400)
  expect(signIn.body).toContain('We couldn’t read your request')
  const json = await world.app.inject({
    method: 'POST',
    url: '/forgot-password',
    headers: {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
    },
    payload: '{"email":"a\\u0000@b.example"}',
  })
  expect(json.statusCode).toBe(400)
})

const boundary = 'a-boundary'
const field = (name: string, value: string) =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (name: string, content: string) =>
  `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/csv\r\n\r\n${content}`

test.each([
  ['that has no boundary', 'multipart/form-data', field('file', 'x')],
  ['whose boundary is empty', 'multipart/form-data; boundary=', field('file', 'x')],
  ['whose boundary is endless', `multipart/form-data; boundary=${'b'.repeat(300)}`, 'x'],
  ['that ends in a header', `multipart/form-data; boundary=${boundary}`, `--${boundary}\r\ncontent-disp`],
  ['that ends in a file', `multipart/form-data; boundary=${boundary}`, file('roster.csv', 'Name,Em')],
  ['that ends after a field', `multipart/form-data; boundary=${boundary}`, field('pasted', 'x')],
  ['that holds nothing', `multipart/form-data; boundary=${boundary}`, ''],
  [
    'with U+0000 in a field',
    `multipart/form-data; boundary=${boundary}`,
    `${field('pasted', 'a\0b')}--${boundary}--\r\n`,
  ],
  [
    'with U+0000 in the name of a file',
    `multipart/form-data; boundary=${boundary}`,
    `${file('a\0.csv', 'x')}\r\n--${boundary}--\r\n`,
  ],
])('an upload %s is refused at every address', async (_, type, payload) => {
  const clients = {
    rae,
    lee: await world.as('lee@licensing.example'),
    noor: await world.as('noor@review.example'),
  }
  const northStar = await programId(world.db, 'North Star House')
  const review = await clients.lee.post(`/licensing/programs/${northStar}/reviews`, { purpose: 'x' })
  const reviewAddress = String(review.headers.location).replace(/\/people.*$/, '')
  const addresses: readonly (readonly [Client, string])[] = [
    [rae, `/programs/${northStar}/imports`],
    [rae, '/training/elsewhere'],
    [clients.lee, '/licensing/registry'],
    [clients.lee, `${reviewAddress}/certificates`],
    [clients.noor, '/review/courses/residential-settings/1.0.0/approvals'],
    [world.visitor(), '/verify'],
    [world.visitor(), '/packets/x'],
  ]
  for (const [client, url] of addresses) {
    const answer = await world.app.inject({
      method: 'POST',
      url,
      headers: {
        cookie: cookieOf(client),
        'sec-fetch-site': 'same-origin',
        'idempotency-key': crypto.randomUUID(),
        'content-type': type,
      },
      payload,
    })
    expect([url, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([url, true])
  }
})

test.each([
  ['/Ā', '/%C4%80'],
  ['/courses?q=Ā#é', '/courses?q=%C4%80#%C3%A9'],
  ['/.//evil.example', '/'],
  ['/a/..//evil.example', '/'],
  ['/courses', '/courses'],
])('after signing in, next=%s leads to %s', async (next, to) => {
  const answer = await rae.get(`/sign-in?next=${encodeURIComponent(next)}`)
  expect(answer.statusCode).toBe(303)
  expect(answer.headers.location).toBe(to)
})

test('interpretations that are saved in the same moment are saved one after the other', async () => {
  const northStar = await programId(world.db, 'North Star House')
  const typed = {
    annual_anchor: 'keep-month',
    leave: 'not-required',
    transfer: 'carries',
    rehire: 'prior-initial-counts',
    later_certification: 'day-before',
    same_day_contact: 'accept-and-flag',
    fast_completions: 'count',
    hours_year: 'calendar',
    fiscal_year_month: '7',
    trafficking_due_months: '',
    refresher: 'counts',
  }
  const saved = await Promise.all(
    ['one', 'two', 'three', 'four', 'five'].map((reason) =>
      rae.post(`/programs/${northStar}/interpretations`, { ...typed, reason }),
    ),
  )
  expect(saved.map(({ statusCode }) => statusCode)).toEqual([303, 303, 303, 303, 303])
  const rows = await world.db
    .selectFrom('program_interpretations')
    .select('superseded_at')
    .where('program_id', '=', northStar)
    .execute()
  expect(rows).toHaveLength(5)
  expect(rows.filter(({ superseded_at }) => superseded_at === null)).toHaveLength(1)
})
