import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { dayOf } from '#server/lib/days.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})

const today = () => dayOf(world.clock.now)
const workers = (program: string) =>
  world.db
    .selectFrom('assignments')
    .innerJoin('people', 'people.id', 'assignments.person_id')
    .select(['people.email', 'people.name'])
    .where('program_id', '=', program)
    .where('superseded_at', 'is', null)
    .orderBy('people.name')
    .execute()

test('someone who works elsewhere is asked, and their record is shared only when they agree', async () => {
  const rae = await world.as('rae@northstar.example')
  const program = await programId(world.db, 'North Star House')
  const form = { worker_type: 'employee', hired_on: today() }
  await rae.post(`/programs/${program}/roster`, { ...form, name: 'Ivy S.', email: 'ivy@lakeside.example' })
  const ivy = await world.as('ivy@lakeside.example')
  const ivyId = await personId(world.db, 'ivy@lakeside.example')
  expect((await rae.get(`/team/${ivyId}`)).statusCode).toBe(404)
  const page = (await ivy.get('/account/record')).body
  expect(readable(page)).toContain('North Star House put you on its roster and asks to see your record.')
  const [agree] = /\/account\/record\/requests\/[0-9a-f-]{36}\/agreement/.exec(page)!
  const mai = await world.as('mai@northstar.example')
  expect((await mai.post(agree)).statusCode).toBe(404)
  expect((await ivy.post(agree)).statusCode).toBe(303)
  expect((await rae.get(`/team/${ivyId}`)).statusCode).toBe(200)
  expect((await workers(program)).filter(({ name }) => /^Ivy/.test(name))).toEqual([
    { email: 'ivy@lakeside.example', name: 'Ivy Sorensen' },
  ])
  expect(readable((await ivy.get('/account/record')).body)).toContain('North Star House, to Rae Halvorsen:')
  expect(readable((await rae.get('/notices')).body)).toContain(
    'Ivy Sorensen shared their training record with North Star House.',
  )
})

test('a worker hands their record to a new employer with a link that works once, for a week', async () => {
  const lou = await world.as('lou@county.example')
  const county = await programId(world.db, 'Example County Social Services')
  const theo = await world.as('theo@northstar.example')
  const made = await theo.post('/account/record/links')
  const link = /http:\/\/127\.0\.0\.1:3000(\/record\/[\w-]{27})/.exec(made.body)![1]!
  expect(readable((await lou.get(link)).body)).toContain('Theo Okafor hands you their record')
  const work = { program: county, worker_type: 'employee', hired_on: today() }
  const program = await programId(world.db, 'North Star House')
  expect((await lou.post(link, { ...work, program })).statusCode).toBe(404)
  expect((await lou.post(link, work)).statusCode).toBe(303)
  expect((await lou.post(link, work)).statusCode).toBe(404)
  expect((await workers(county)).map(({ email }) => email)).toContain('theo@northstar.example')
  // Both administrators hear of it, and the ledger keeps what was shown.
  for (const email of ['lou@county.example', 'rae@northstar.example'])
    expect(readable((await (await world.as(email)).get('/notices')).body)).toContain(
      'Theo Okafor shared their training record with Example County Social Services.',
    )
  const { facts } = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'record-shared')
    .orderBy('turn', 'desc')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(facts)).toMatchObject({
    program_id: county,
    certificates: [expect.stringMatching(/^SH-/)],
  })
  const next = /(\/record\/[\w-]{27})/.exec((await theo.post('/account/record/links')).body)![1]!
  world.clock.now = new Date(world.clock.now.getTime() + 7 * 86_400_000)
  expect((await lou.get(next)).statusCode).toBe(404)
})

test('a system administrator sees a training record for an hour, with a reason that everyone concerned reads', async () => {
  const kit = await world.as('kit@system.example')
  const ada = await personId(world.db, 'ada@northstar.example')
  const address = `/admin/records/${ada}`
  expect((await kit.get(address)).body).not.toContain('SH-')
  expect((await kit.post(`${address}/openings`, { reason: ' ' })).statusCode).toBe(422)
  await kit.post(`${address}/openings`, { reason: 'A certificate does not open' })
  expect(readable((await kit.get(address)).body)).toContain('Training record of Ada Lindqvist')
  for (const email of ['ada@northstar.example', 'rae@northstar.example', 'lee@licensing.example'])
    expect(readable((await (await world.as(email)).get('/notices')).body)).toContain(
      'A certificate does not open',
    )
  const kinds = await world.db
    .selectFrom('ledger_entries')
    .select('kind')
    .where('subject', '=', `person:${ada}`)
    .orderBy('turn', 'desc')
    .limit(2)
    .execute()
  expect(kinds.map(({ kind }) => kind)).toEqual(['person-viewed', 'record-opened'])
  world.clock.now = new Date(world.clock.now.getTime() + 60 * 60_000)
  expect(readable((await kit.get(address)).body)).toContain('Open the training record of Ada Lindqvist?')
  const rae = await world.as('rae@northstar.example')
  expect((await rae.get(address)).statusCode).toBe(404)
})

test('a past program sees nothing newer than its last day, and a new one nothing from before it without a share', async () => {
  const { db, clock } = world
  const house = await programId(db, 'North Star House')
  // Someone with a certificate, who works only there.
  const { person_id: worker, assignment_id: left } = await db
    .selectFrom('certificates')
    .innerJoin('assignments', 'assignments.person_id', 'certificates.person_id')
    .innerJoin('people', 'people.id', 'certificates.person_id')
    .select(['assignments.person_id', 'assignment_id'])
    .where('program_id', '=', house)
    .where('superseded_at', 'is', null)
    .where('people.email', 'not in', ['theo@northstar.example', 'rae@northstar.example'])
    .executeTakeFirstOrThrow()
  const county = await programId(db, 'Example County Social Services')
  const rae = await world.as('rae@northstar.example')
  const lou = await world.as('lou@county.example')
  const record = (title: string) =>
    db
      .insertInto('outside_trainings')
      .values({
        ...{ person_id: worker, title, provider: 'P', completed_on: today(), recorded_by: worker },
        ...{ recorded_at: clock.now, is_human_trafficking: true, topics: '', mastery: '' },
      })
      .returning('id')
      .executeTakeFirstOrThrow()
  const seen = async (client: Client, title: string, id: string) => [
    readable((await client.get('/training/elsewhere')).body).includes(title),
    (await client.get(`/training/elsewhere/${id}`)).statusCode,
    readable((await client.get(`/team/${worker}`)).body).includes(title),
  ]
  const yes = [true, 200, true]
  const no = [false, 404, false]
  const before = await record('Before the move')
  // They leave North Star House, and work for the county from the next day on, with which they shared nothing.
  const separation = `/programs/${house}/assignments/${left}/separation`
  expect((await rae.post(separation, { separated_on: today() })).statusCode).toBe(303)
  clock.now = new Date(clock.now.getTime() + 86_400_000)
  const work = { worker_type: 'employee', role_title: '', reason: '', recorded_by: worker } as const
  await db
    .insertInto('assignments')
    .values({
      ...work,
      assignment_id: randomUUID(),
      person_id: worker,
      program_id: county,
      hired_on: today(),
      recorded_at: clock.now,
    })
    .execute()
  const after = await record('After the move')
  expect(await seen(rae, 'Before the move', before.id)).toEqual(yes)
  expect(await seen(rae, 'After the move', after.id)).toEqual(no)
  expect(await seen(lou, 'Before the move', before.id)).toEqual(no)
  expect(await seen(lou, 'After the move', after.id)).toEqual(yes)
  expect(readable((await rae.get(`/team/${worker}`)).body)).toContain('Their last day here was')
  const accounts = [rae, lou].map(async (client) => (await client.get(`/accounts/${worker}`)).statusCode)
  expect(await Promise.all(accounts)).toEqual([404, 200])
  expect((await lou.get(`/team/${worker}`)).body).not.toMatch(/SH-\d/)
  const shared = {
    person_id: worker,
    program_id: county,
    shared_with: worker,
    shown: '{}',
    shared_at: clock.now,
  }
  const link = { person_id: worker, token_hash: 'x', made_at: clock.now, expires_at: clock.now }
  const { id: link_id } = await db
    .insertInto('record_links')
    .values(link)
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('record_shares')
    .values({ ...shared, link_id })
    .execute()
  expect(await seen(lou, 'Before the move', before.id)).toEqual(yes)
  expect((await lou.get(`/team/${worker}`)).body).toMatch(/SH-\d/)
  // The county's decision is the county's.
  await lou.post(`/training/elsewhere/${before.id}/decisions`, { program: county, decision: 'accept' })
  expect(readable((await rae.get(`/training/elsewhere/${before.id}`)).body)).not.toContain('Lou')
})
