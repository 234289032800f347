import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { demoPassword } from '#server/demo/cast.ts'
import { namedIn, type OnRoster } from '#server/oversight/shifts/shift-people.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const evening = new Date('2026-11-24T04:58:00Z')

async function northStar(now = evening) {
  const world = await aWorld({ now })
  const program = await programId(world.db, 'North Star House')
  const rae = await world.as('rae@northstar.example')
  return { world, program, rae, base: `/programs/${program}` }
}

type Signed = Readonly<{ exp: number; iat: number; iss: string; people: readonly Record<string, unknown>[] }>

/** Verifies a token as software without our code would: with the published keys and Node’s own Ed25519. */
async function opened({ app }: World, token: string): Promise<Signed> {
  const [head = '', body = '', signature = ''] = token.split('.')
  const { keys } = (await app.inject('/.well-known/jwks.json')).json<{
    keys: (JsonWebKey & { kid: string })[]
  }>()
  const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string; alg: string }
  const key = createPublicKey({ key: keys.find((one) => one.kid === kid)!, format: 'jwk' })
  expect(alg).toBe('EdDSA')
  expect(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  expect(verify(null, Buffer.from(`${head}.${body}x`), key, Buffer.from(signature, 'base64url'))).toBe(false)
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Signed
}

async function tokenOf({ rae, base }: Awaited<ReturnType<typeof northStar>>, shifts: 'yes' | '') {
  const made = await rae.post(`${base}/tokens`, { label: 'Scheduling', ...(shifts && { shifts }) })
  return /<code>(sht_[\w-]+)<\/code>/.exec(made.body)![1]!
}

test('a list names people by name, number or email, and says what it can’t tell apart', () => {
  const person = (name: string, employee_id: string | null = null): OnRoster => ({
    person_id: name,
    name,
    email: `${name.split(' ')[0]!.toLowerCase()}@x.example`,
    employee_id,
    role_title: '',
    unit: '',
  })
  const roster = [person('Ada Lindqvist', 'E-7'), person('Zoë Nuñez'), person('Zoe Park'), person('Mai Vang')]
  const named = (text: string) => {
    const { people, unclear, unmatched } = namedIn(text, roster)
    return [people.map(({ name }) => name), unclear.map(({ text: one }) => one), unmatched]
  }
  expect(named('Lindqvist, Ada\nzoe nunez; mai@x.example')).toEqual([
    ['Ada Lindqvist', 'Zoë Nuñez', 'Mai Vang'],
    [],
    [],
  ])
  expect(named('e-7, mai')).toEqual([['Ada Lindqvist', 'Mai Vang'], [], []])
  expect(named('Zoe\nAda\nADA LINDQVIST\nNo One')).toEqual([['Ada Lindqvist'], ['Zoe'], ['No One']])
})

test('a shift lead checks tonight’s people, and the answers of that minute stay on record', async () => {
  const { world, program, rae, base } = await northStar()
  const sam = await world.as('sam@northstar.example')
  expect((await sam.get(`${base}/shifts`)).body).toContain('Its administrator can turn it on')
  expect((await sam.get(`${base}/shifts/new`)).statusCode).toBe(404)
  expect((await sam.post(`${base}/shifts/setting`, { checks: 'yes' })).statusCode).toBe(404)
  await rae.post(`${base}/shifts/setting`, { checks: 'yes' })
  expect((await sam.get('/team')).body).toContain(`href="${base}/shifts"`)

  const nothing = await sam.post(`${base}/shifts`, { people: ' ' })
  expect([nothing.statusCode, nothing.body.includes('Name at least one person')]).toEqual([422, true])
  const typed = {
    people: 'theo okafor\nAgency Temp',
    row: [await personId(world.db, 'mai@northstar.example')],
  }
  const shift = await sam.post(`${base}/shifts`, { ...typed, label: 'Night' })
  const page = (await sam.follow(shift)).body
  expect(page).toContain('<strong>1 of 3 people</strong> may have direct contact now.')
  expect(page).toMatch(/Agency Temp<\/strong> <span>Unknown, ask/)
  expect(page).toMatch(/Theo Okafor<\/a> <span><strong>Not cleared/)
  expect(page).toContain('No one else here is cleared today')

  const short = await sam.follow(await sam.post(`${base}/shifts`, { people: 'Theo Okafor' }))
  expect(short.body).toMatch(/Who can step in<\/h2>[\s\S]*Mai Vang<\/a>/)

  const check = await sam.post(`${shift.headers.location}/checks`)
  const record = (await sam.follow(check)).body
  expect(record).toContain('Checked November 23, 2026, 10:58 PM Central time')
  expect(record).toMatch(/Mai Vang<\/strong> <span>Cleared until December 31, 2026/)
  expect(record).toMatch(/Theo Okafor<\/strong> <span>Not cleared/)
  await expect(world.db.updateTable('shift_check_answers').set({ answer: 'yes' }).execute()).rejects.toThrow()
  const entry = await world.db
    .selectFrom('ledger_entries')
    .select(['kind', 'subject', 'facts'])
    .orderBy('turn', 'desc')
    .executeTakeFirstOrThrow()
  expect(entry).toMatchObject({ kind: 'shift-checked', subject: `program:${program}` })
  expect(JSON.stringify(entry.facts)).not.toContain('Agency Temp')
  expect((await sam.get(`${base}/shifts`)).body).toContain(
    '3 people: 1 cleared, 1 not cleared, 1 not on the roster',
  )
  const lee = await world.as('lee@licensing.example')
  const opened = await lee.post(`/licensing/programs/${program}/reviews`, { purpose: 'Licensing review' })
  const review = String(opened.headers.location).replace(/\/people$/, '')
  const id = String(check.headers.location).split('/').at(-1)!
  expect((await lee.get(`${review}/shift-checks`)).body).toContain(`${review}/shift-checks/${id}`)
  expect((await lee.get(`${review}/shift-checks/${id}`)).body).toContain('Mai Vang</strong>')
  const look = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .orderBy('turn', 'desc')
    .executeTakeFirst()
  expect(String(look?.facts)).toContain('a shift check-in')
  const olu = await world.as('olu@lakeside.example')
  expect((await olu.get(String(check.headers.location))).statusCode).toBe(404)
})

test('a yes that ends tonight says that it ends at midnight', async () => {
  const { world, rae, base } = await northStar()
  world.clock.now = new Date('2027-01-01T05:30:00Z')
  await rae.post('/sign-in', { email: 'rae@northstar.example', password: demoPassword })
  await rae.post(`${base}/shifts/setting`, { checks: 'yes' })
  const shift = await rae.post(`${base}/shifts`, { people: 'Mai Vang' })
  expect((await rae.follow(shift)).body).toContain('Not cleared after midnight')
  world.clock.now = new Date('2027-01-01T06:01:00Z')
  expect((await rae.get(String(shift.headers.location))).body).toContain('<strong>0 of 1 person</strong>')
})

test('software gets a signed answer whose every yes ends with its last day, and may send shifts if its token says so', async () => {
  const house = await northStar()
  const { world, base, program } = house
  const mai = await personId(world.db, 'mai@northstar.example')
  await world.db
    .insertInto('employee_ids')
    .values({ program_id: program, person_id: mai, employee_id: 'E-7', recorded_at: evening })
    .execute()
  const ask = (token: string) =>
    world.app.inject({ url: '/api/clearance', headers: { authorization: `Bearer ${token}` } })
  const send = (token: string, body: object) =>
    world.app.inject({
      method: 'POST',
      url: '/api/shifts',
      headers: { authorization: `Bearer ${token}` },
      payload: body,
    })
  const token = await tokenOf(house, 'yes')
  const other = await tokenOf(house, '')
  world.clock.now = new Date('2027-01-01T00:00:00.500Z')
  const answer = (await ask(token)).json<{
    signed: string
    people: { name: string; holds_until: string }[]
  }>()
  const { iat, exp, iss, people } = await opened(world, answer.signed)
  expect([iss, exp - iat]).toEqual(['did:web:127.0.0.1%3A3000', 86_400])
  expect(people).toEqual(answer.people)
  expect(people.find(({ name }) => name === 'Mai Vang')).toMatchObject({
    answer: 'yes',
    on_leave: false,
    employee_id: 'E-7',
    until: '2026-12-31',
    holds_until: '2027-01-01T06:00:00.000Z',
  })
  expect(people.find(({ name }) => name === 'Theo Okafor')).toMatchObject({ employee_id: null })

  const shift = {
    id: 'N-1',
    label: 'Night',
    starts_at: '2026-12-31T23:00:00-06:00',
    people: ['e-7', 'E-404'],
  }
  expect((await send(other, shift)).statusCode).toBe(403)
  expect((await send('sht_wrong', shift)).statusCode).toBe(401)
  expect((await send(token, shift)).statusCode).toBe(409)
  await world.db.updateTable('programs').set({ checks_shifts: true }).execute()
  expect((await send(token, { ...shift, starts_at: 'tonight' })).statusCode).toBe(400)
  expect((await send(token, { ...shift, people: [] })).statusCode).toBe(400)
  const first = await send(token, shift)
  const sent = first.json<{ shift: string; unmatched: string[]; signed: string }>()
  expect([first.statusCode, sent.unmatched]).toEqual([201, ['E-404']])
  expect((await opened(world, sent.signed)).people.map(({ name }) => name)).toEqual(['Mai Vang'])
  const again = await send(token, shift)
  expect([again.statusCode, again.json<{ shift: string }>().shift]).toEqual([200, sent.shift])
  world.clock.now = new Date('2027-01-01T00:10:00Z')
  const changed = await send(token, { ...shift, people: ['theo@northstar.example'] })
  expect(changed.statusCode).toBe(201)
  const lead = await world.as('sam@northstar.example')
  const list = (await lead.get(`${base}/shifts`)).body
  expect(list).toContain(changed.json<{ shift: string }>().shift)
  expect(list).not.toContain(sent.shift)
  const described = (await world.app.inject('/api/openapi.json')).json<{ paths: Record<string, object> }>()
  expect(described.paths['/api/shifts']).toHaveProperty('post')
})

test('a check-in made without a connection counts as far as the signed list said so then, and no further', async () => {
  const { world, rae, base } = await northStar()
  await rae.post(`${base}/shifts/setting`, { checks: 'yes' })
  const { signed } = (await rae.get(`${base}/shift-list`)).json<{ signed: string }>()
  const mai = await personId(world.db, 'mai@northstar.example')
  const at = (minutes: number) => new Date(evening.getTime() + minutes * 60_000)
  const send = (checkedAt: Date, list = signed) =>
    rae.post(`${base}/shifts/kept`, { signed: list, checked_at: checkedAt.toISOString(), row: [mai] })
  world.clock.now = at(120)
  const kept = await send(at(60))
  expect((await rae.follow(kept)).body).toMatch(/Made without a connection, from the list that was signed/)
  // Before the list, after now, changed, and past its end.
  expect((await send(at(-1))).statusCode).toBe(422)
  expect((await send(at(121))).statusCode).toBe(422)
  const [head, body, signature] = signed.split('.')
  const forged = Buffer.from(Buffer.from(body!, 'base64url').toString().replaceAll('"no"', '"yes"')).toString(
    'base64url',
  )
  expect((await send(at(60), [head, forged, signature].join('.'))).statusCode).toBe(422)
  world.clock.now = at(26 * 60)
  expect((await send(at(25 * 60))).statusCode).toBe(422)
})
