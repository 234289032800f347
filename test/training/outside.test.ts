import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

type Client = Awaited<ReturnType<World['as']>>
type File = { name: string; bytes: Buffer }

const webinar = {
  title: 'A webinar',
  provider: 'Webinars Inc.',
  completed_on: '11/2/2026',
  hours: '2',
  subject: 'yes',
}
const pdf = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n')
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const jpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  Buffer.alloc(40),
  Buffer.from([0xff, 0xd9]),
])

async function record(world: World, client: Client, form: Record<string, string>, file?: File) {
  const data = new FormData()
  for (const [name, value] of Object.entries(form)) data.append(name, value)
  if (file) data.append('file', new Blob([new Uint8Array(file.bytes)]), file.name)
  const request = new Request('http://127.0.0.1', { method: 'POST', body: data })
  return world.app.inject({
    method: 'POST',
    url: '/training/elsewhere',
    headers: {
      cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      'content-type': request.headers.get('content-type')!,
    },
    payload: Buffer.from(await request.arrayBuffer()),
  })
}

const northStar = async ({ db }: World) =>
  (
    await db
      .selectFrom('program_details')
      .select('program_id')
      .where('name', '=', 'North Star House')
      .executeTakeFirstOrThrow()
  ).program_id

const yearly = async ({ db }: World) =>
  (
    await db
      .selectFrom('standings')
      .select('standing')
      .where('person_id', '=', await personId(db, 'theo@northstar.example'))
      .where('requirement', '=', 'residential-annual')
      .executeTakeFirstOrThrow()
  ).standing

const aNovember = () => aWorld({ now: new Date('2026-11-23T18:00:00Z') })

describe('the certificate of an outside training', () => {
  test('must be a real PDF, PNG or JPEG, and downloads with the matching extension', async () => {
    const world = await aNovember()
    const theo = await world.as('theo@northstar.example')
    for (const [file, type, name] of [
      [{ name: 'proof.exe', bytes: pdf }, 'application/pdf', 'proof.pdf'],
      [{ name: 'proof.html', bytes: png }, 'image/png', 'proof.png'],
      [{ name: 'IMG_0001.HEIC', bytes: jpeg }, 'image/jpeg', 'IMG_0001.jpg'],
    ] as const) {
      const { headers, statusCode } = await record(world, theo, webinar, file)
      expect([file.name, statusCode]).toEqual([file.name, 303])
      const given = await theo.get(`${headers.location}/file`)
      expect(given.headers['content-type']).toContain(type)
      expect(given.headers['content-disposition']).toBe(`attachment; filename="${name}"`)
      expect(given.headers['x-content-type-options']).toBe('nosniff')
    }
  })

  test.each([
    ['a page called a PDF', Buffer.from('<html>%PDF-1.7 %%EOF'), 'must be a PDF, PNG or JPEG'],
    ['a PDF that is cut off', Buffer.from('%PDF-1.7 half of it'), 'seems incomplete'],
    [
      'a PDF with an archive behind it',
      Buffer.concat([pdf, Buffer.alloc(4096, 'PK\x03\x04')]),
      'seems incomplete',
    ],
    ['half a photograph', jpeg.subarray(0, 20), 'seems incomplete'],
    ['more than 10 MB', Buffer.concat([pdf, Buffer.alloc(10 * 1024 * 1024)]), 'larger than 10 MB'],
  ])('is refused if it is %s, and keeps what was typed', async (_, bytes, words) => {
    const world = await aNovember()
    const theo = await world.as('theo@northstar.example')
    const answer = await record(
      world,
      theo,
      { ...webinar, topics: 'Warning signs' },
      { name: 'a.pdf', bytes },
    )
    expect(answer.statusCode).toBe(422)
    for (const kept of [words, 'value="A webinar"', 'value="11/2/2026"', 'Warning signs</textarea>'])
      expect(answer.body).toContain(kept)
    expect(await world.db.selectFrom('outside_trainings').select('id').execute()).toEqual([])
  })

  test('must be chosen again when another field has an error', async () => {
    const world = await aNovember()
    const theo = await world.as('theo@northstar.example')
    const answer = await record(world, theo, { ...webinar, title: '' }, { name: 'a.pdf', bytes: pdf })
    expect(answer.body).toContain('Choose the file again')
  })
})

test('a PDF is shown beside the form that decides on it, and only our own pages may frame it', async () => {
  const world = await aNovember()
  const theo = await world.as('theo@northstar.example')
  const rae = await world.as('rae@northstar.example')
  const at = String((await record(world, theo, webinar, { name: 'letter.pdf', bytes: pdf })).headers.location)
  const page = await rae.get(at)
  expect(page.body).toContain(`data-pdf="${at}/file?beside=yes#`)
  expect(page.headers['content-security-policy']).toMatch(/frame-ancestors 'none'.*;frame-src 'self'$/)
  expect((await rae.get('/team')).headers['content-security-policy']).not.toContain('frame-src')
  const beside = await rae.get(`${at}/file?beside=yes`)
  expect(beside.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': 'inline',
    'content-security-policy': "frame-ancestors 'self'",
  })
  expect(beside.rawPayload.equals(pdf)).toBe(true)
  // By itself it is a download.
  expect((await rae.get(`${at}/file`)).headers['content-disposition']).toContain('attachment')
  expect((await (await world.as('olu@lakeside.example')).get(`${at}/file?beside=yes`)).statusCode).toBe(404)
})

test('a code that is too long gets an error, and what was typed stays', async () => {
  const world = await aNovember()
  const theo = await world.as('theo@northstar.example')
  const answer = await record(world, theo, { ...webinar, code: 'X'.repeat(31) })
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('Use 30 characters or fewer. This has 31.')
})

test('an administrator of many people finds the one by name, and what was filled in stays', async () => {
  const world = await aNovember()
  const { rows } = await sql<{ id: string }>`
    with added as (insert into people (name) select 'Quinn Lindström ' || n from generate_series(1, 101) n returning id)
    insert into assignments (person_id, program_id, worker_type, hired_on)
      select id, ${await northStar(world)}::uuid, 'employee', '2024-01-01' from added returning person_id as id`.execute(
    world.db,
  )
  const rae = await world.as('rae@northstar.example')
  const page = (await rae.get('/training/elsewhere/new?title=A+webinar')).body
  expect(page).not.toContain('<select')
  expect(page).toContain('<strong>You</strong>')
  const find = (name: string) => record(world, rae, { ...webinar, find: name, find_person: 'yes' })
  const all = await find('lindström')
  expect([all.statusCode, all.body]).toEqual([422, expect.stringContaining('The first 20 matches')])
  const { id } = rows[7]!
  const found = (await find('lindström 8')).body
  expect(found).toContain(`type="radio" id="person-2" name="person" value="${id}"`)
  expect(found).toContain('value="A webinar"')
  // A name that was never looked up isn't ignored.
  expect((await record(world, rae, { ...webinar, find: 'lindström 8' })).body).toContain('Choose the person')
  const chosen = (await rae.get(`/training/elsewhere/new?title=A+webinar&person=${id}`)).body
  expect(chosen).toContain(`id="person" name="person" value="${id}" checked`)
  expect(chosen).toContain('For Quinn Lindström 8')
  expect((await record(world, rae, { ...webinar, person: id })).statusCode).toBe(303)
  const ada = await world.as('ada@northstar.example')
  expect((await record(world, ada, { ...webinar, person: id })).statusCode).toBe(404)
  expect((await record(world, rae, { ...webinar, person: 'someone' })).statusCode).toBe(404)
})

test('the same approved training from another provider counts once its certificate is verified', async () => {
  const world = await aNovember()
  const ada = await world.as('ada@northstar.example')
  expect((await ada.get('/training/elsewhere/new')).body).toContain('name="same_curriculum"')
  const { headers } = await record(world, ada, { ...webinar, same_curriculum: 'yes' })
  const rae = await world.as('rae@northstar.example')
  const decide = (more: Record<string, string>) =>
    rae.post(`${headers.location}/decisions`, { decision: 'accept', reason: 'Seen', ...more })
  const program = await northStar(world)
  await decide({ program })
  expect((await ada.get(String(headers.location))).body).toContain('its certificate has not been verified')
  await decide({ program, verified: 'yes', reason: 'Rang the provider' })
  expect((await ada.get(String(headers.location))).body).not.toContain('has not been verified')
  expect((await ada.get('/')).body).toContain('You’re cleared for direct contact at North Star House')
})

describe('a recorded outside training', () => {
  test('can get a new decision with a reason, and the first decision is kept as superseded', async () => {
    const world = await aNovember()
    const theo = await world.as('theo@northstar.example')
    const address = String((await record(world, theo, webinar)).headers.location)
    const rae = await world.as('rae@northstar.example')
    const program = await northStar(world)
    await rae.post(`${address}/decisions`, { program, decision: 'accept', reason: 'I read the certificate' })
    expect(await yearly(world)).toBe('current')
    expect((await rae.get(address)).body).toContain('Change the decision')
    expect((await theo.get('/')).body).toMatch(
      /A webinar<\/a>.*Webinars Inc\., November 2, 2026, 2 hours[\s\S]*Accepted/,
    )
    const silent = await rae.post(`${address}/decisions`, { program, decision: 'accept', verified: 'yes' })
    expect(silent.body).toContain('Enter why it counts')
    await rae.post(`${address}/decisions`, {
      program,
      decision: 'decline',
      reason: 'It was about something else',
    })
    expect(await yearly(world)).toBe('overdue')
    const rows = await world.db
      .selectFrom('training_decisions')
      .select(['is_accepted', 'superseded_at'])
      .orderBy('decided_at')
      .execute()
    expect(rows.map((row) => [row.is_accepted, row.superseded_at !== null])).toEqual([
      [true, true],
      [false, false],
    ])
  })

  test('can be withdrawn with a reason, no longer counts, and can be recorded again with its details', async () => {
    const world = await aNovember()
    const theo = await world.as('theo@northstar.example')
    const address = String((await record(world, theo, webinar)).headers.location)
    const rae = await world.as('rae@northstar.example')
    await rae.post(`${address}/decisions`, {
      program: await northStar(world),
      decision: 'accept',
      reason: 'I read the certificate',
    })
    expect((await theo.post(`${address}/withdrawal`, { withdrawal: ' ' })).body).toContain(
      'Enter why you are withdrawing it',
    )
    await theo.post(`${address}/withdrawal`, { withdrawal: 'The day was wrong.' })
    expect(await yearly(world)).toBe('overdue')
    const page = (await theo.get(address)).body
    expect(page).toContain('by Theo Okafor: The day was wrong.')
    const copy = /href="(\/training\/elsewhere\/new\?[^"]+)"/.exec(page)![1]!.replaceAll('&amp;', '&')
    expect((await theo.get(copy)).body).toContain('value="A webinar"')
    expect((await theo.get('/training/elsewhere')).body).toContain('Withdrawn')
    const late = await rae.post(`${address}/decisions`, {
      program: await northStar(world),
      decision: 'decline',
      reason: 'Too late',
    })
    expect(late.statusCode).toBe(422)
    const mai = await world.as('mai@northstar.example')
    expect((await mai.post(`${address}/withdrawal`, { withdrawal: 'Not mine' })).statusCode).toBe(404)
  })

  test('can’t be updated or deleted, even in the database', async () => {
    const world = await aNovember()
    const theo = await world.as('theo@northstar.example')
    await record(world, theo, webinar)
    const of = world.db.updateTable('outside_trainings')
    await expect(of.set({ hours: 40 }).execute()).rejects.toThrow('never rewritten')
    await expect(of.set({ superseded_at: new Date(), hours: 40 }).execute()).rejects.toThrow(
      'never rewritten',
    )
    await expect(world.db.deleteFrom('outside_trainings').execute()).rejects.toThrow('never deleted')
    await of.set({ superseded_at: new Date(), reason: 'Wrong' }).execute()
    await expect(of.set({ superseded_at: null }).execute()).rejects.toThrow('never rewritten')
  })
})
