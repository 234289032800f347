import { beforeAll, expect, test } from 'vitest'
import { createApiToken } from '#server/standings/api-tokens.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type Client, config, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const page = 'http://127.0.0.1:3000/training/elsewhere/new'

let world: World
beforeAll(async () => {
  const uploads = { perAccount: 2, perAddress: 4 }
  world = await aWorld({ config: { ...config, uploads, api: { perAccount: 2, perAddress: 5 } } })
})

const upload = (client: Client, title = 'Knowing the signs') =>
  client.send(
    'POST',
    '/training/elsewhere?form_key=0123456789abcdef0',
    `--b\r\ncontent-disposition: form-data; name="title"\r\n\r\n${title}\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\r\n--b--\r\n`,
    {
      referer: page,
      'sec-fetch-site': 'same-origin',
      'content-type': 'multipart/form-data; boundary=b',
    },
  )

test('uploads are limited for an account and for an address, and a refused one keeps what was typed', async () => {
  const [mai, ada, theo] = await Promise.all(
    ['mai@northstar.example', 'ada@northstar.example', 'theo@northstar.example'].map(world.as),
  )
  const statuses = async (client: Client, times: number) => {
    const answers = []
    for (let n = 0; n < times; n++) answers.push((await upload(client)).statusCode)
    return answers
  }
  // The form lacks most of its fields: it is read, and shown again.
  expect(await statuses(mai!, 3)).toEqual([422, 422, 429])
  expect(await statuses(ada!, 2), 'another account at the same address').toEqual([422, 422])
  expect(await statuses(theo!, 1), 'the address has sent four').toEqual([429])
  theo!.address = '10.0.0.9'
  expect(await statuses(theo!, 1), 'from another address').toEqual([422])

  const refused = await upload(mai!, 'What I took last spring')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused.body).toContain('What you typed is kept for an hour.')
  expect(refused.body).toContain('href="/unsent"')
  const kept = (await mai!.get('/unsent')).body
  expect(kept).toContain('name="title" value="What I took last spring"')
  expect(kept).toContain('Files can’t be kept: choose them again.')
  const { n } = await world.db
    .selectFrom('outside_trainings')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .where('person_id', '=', await personId(world.db, 'mai@northstar.example'))
    .executeTakeFirstOrThrow()
  expect(Number(n)).toBe(0)
})

test('API requests are limited for a token and for an address, which then says when to ask again', async () => {
  const viewer = { id: await personId(world.db, 'rae@northstar.example') } as never
  const program = await programId(world.db, 'North Star House')
  const newToken = (label: string) =>
    createApiToken(world.db, { viewer, now: world.clock.now }, program, {
      label,
      days: 30,
      maySendShifts: false,
    })
  const [first, second] = [await newToken('One'), await newToken('Two')]
  const ask = (token: string, remoteAddress: string) =>
    world.app.inject({ url: '/api/clearance', remoteAddress, headers: { authorization: `Bearer ${token}` } })
  const statuses = async (token: string, address: string, times: number) => {
    const answers = []
    for (let n = 0; n < times; n++) answers.push((await ask(token, address)).statusCode)
    return answers
  }
  expect(await statuses(first, '10.0.0.1', 3)).toEqual([200, 200, 429])
  expect(await statuses(first, '10.0.0.2', 1), 'a token is limited wherever it is used').toEqual([429])
  expect(await statuses(second, '10.0.0.1', 2), 'another token at that address').toEqual([200, 200])
  // A wrong token counts, too, so no one can guess one faster by trying many.
  expect(await statuses('sht_a', '10.0.0.1', 1)).toEqual([401])
  const refused = await ask('sht_b', '10.0.0.1')
  expect([refused.statusCode, refused.json().error]).toEqual([429, 'Too many requests'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  const scim = (token: string) =>
    world.app.inject({
      url: '/scim/v2/Users',
      remoteAddress: '10.0.0.3',
      headers: { authorization: `Bearer ${token}` },
    })
  const directory = []
  for (let n = 0; n < 6; n++) directory.push(await scim(`shp_${n}`))
  expect(directory.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 401, 429])
  expect(directory[5]!.json()).toMatchObject({
    status: '429',
    detail: expect.stringContaining('Try again in'),
  })
})

test('what is set without a setting is enough for a program that asks each minute, and for a vendor of a thousand', () => {
  const { api, uploads } = config
  expect([api.perAccount >= 60, api.perAddress >= 1000, uploads.perAccount >= 60]).toEqual([true, true, true])
})
