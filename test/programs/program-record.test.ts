import { beforeEach, expect, test } from 'vitest'
import { likelyHolders } from '#server/programs/record/holder-match.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { programId, readable } from './programs.ts'

let world: World
let lee: Client
let program: string

beforeEach(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  lee = await world.as('lee@licensing.example')
  program = await programId(world.db, 'Prairie Shelter')
})

const page = async (on = '') => readable((await lee.get(`/programs/${program}${on ? `?on=${on}` : ''}`)).body)

test('licensing staff record a certification, and it is in effect on its days', async () => {
  const answer = await lee.post(`/programs/${program}/certifications/new`, {
    type: 'st-cse-at-risk',
    from_on: '7/1/2026',
    checked_on: '7/6/2026',
  })
  expect(answer.statusCode).toBe(303)
  expect(await page()).toContain(
    'Youth who are or may be sexually exploited or trafficked Since July 1, 2026; checked July 6, 2026 In effect today',
  )
  expect(await page('6/30/2026')).not.toContain('In effect that day Correct or end: Youth')
  const { programs } = await rosterOn(world.db, [program], '2026-11-23')
  expect(programs[0]?.certifications).toMatchObject([
    { type: 'st-cse-at-risk', from_on: '2026-07-01', to_on: null },
  ])
  const entries = await world.db
    .selectFrom('ledger_entries')
    .select(['kind', 'subject'])
    .where('kind', '=', 'program-changed')
    .execute()
  expect(entries).toEqual([{ kind: 'program-changed', subject: `program:${program}` }])
})

test('a new license status ends the previous one the day before', async () => {
  await lee.post(`/programs/${program}/license-statuses/new`, {
    status: 'conditional',
    may_operate: 'yes',
    from_on: '2026-05-01',
  })
  expect(await page('4/30/2026')).toContain('License status Active, January 1, 2019 to April 30, 2026')
  expect(await page()).toContain('License status Conditional, since May 1, 2026')
})

test('a new name applies from its day on, and the old name to the days before', async () => {
  await lee.post(`/programs/${program}/details/new`, {
    program_name: 'Prairie Lights',
    place: 'Sundown',
    license_number: '9900003',
    licensing_authority: 'DHS',
    from_on: '1/1/2026',
  })
  expect(await page()).toContain('Prairie Lights')
  const before = await lee.get(`/programs/${program}?on=12/31/2025`)
  expect(before.body).toContain('<h1>Prairie Shelter</h1>')
})

test('a correction supersedes the row with a reason, and overlapping periods are refused', async () => {
  await lee.post(`/programs/${program}/certifications/new`, { type: 'qrtp', from_on: '7/1/2026' })
  const overlap = await lee.post(`/programs/${program}/certifications/new`, {
    type: 'qrtp',
    from_on: '8/1/2026',
  })
  expect(overlap.statusCode).toBe(422)
  expect(overlap.body).toContain('This overlaps the one on record')
  const row = await world.db
    .selectFrom('certifications')
    .selectAll()
    .where('program_id', '=', program)
    .executeTakeFirstOrThrow()
  const address = `/programs/${program}/certifications/${row.period_id}/correction`
  expect((await lee.get(address)).body).toContain('value="7/1/2026"')
  const form = { seen: row.id, type: 'qrtp', from_on: '6/1/2026', to_on: '10/31/2026', change: 'correct' }
  expect((await lee.post(address, form)).body).toContain('Enter a short reason.')
  expect((await lee.post(address, { ...form, reason: 'The letter says June 1' })).statusCode).toBe(303)
  expect(await page()).toContain(
    'Certification, since July 1, 2026: no longer on record Why: The letter says June 1',
  )
  expect((await lee.post(address, { ...form, reason: 'late' })).body).toContain(
    'Someone else changed this record',
  )
})

test('a system administrator adds a program to an existing license holder', async () => {
  const kit = await world.as('kit@system.example')
  const form = {
    kind: 'licensed',
    holder: 'north star youth services',
    program_name: 'South Star House',
    from_on: '1/1/2026',
    licensing_authority: 'DHS',
  }
  const wrong = await kit.post('/programs/new', { ...form, license_number: '12' })
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('six or seven digits')
  const added = await kit.post('/programs/new', { ...form, license_number: '9900008' })
  expect(readable((await kit.follow(added)).body)).toContain('North Star Youth Services South Star House')
  const holders = await world.db
    .selectFrom('license_holders')
    .select('name')
    .where('name', 'ilike', 'north star%')
    .execute()
  expect(holders).toHaveLength(1)
})

test('a license number belongs to one program, and a holder on record is recognized however it is written', async () => {
  const kit = await world.as('kit@system.example')
  const form = {
    kind: 'licensed',
    holder: 'north-star youth services inc',
    program_name: 'West Star House',
    from_on: '1/1/2026',
    licensing_authority: 'DHS',
    license_number: '9900001',
  }
  expect((await kit.get('/programs/new')).body).toContain('(required for a licensed program)')
  const taken = await kit.post('/programs/new', form)
  expect(taken.statusCode).toBe(422)
  expect(taken.body).toContain('License number 9900001 belongs to North Star House.')
  const unsure = await kit.post('/programs/new', { ...form, license_number: '9900009' })
  expect(unsure.statusCode).toBe(422)
  expect(readable(unsure.body)).toContain('This looks like “North Star Youth Services”')
  expect(unsure.body).toContain('Yes, add it as a new one')
  const answers = await Promise.all(
    [1, 2].map((number) =>
      kit.post('/programs/new', {
        ...form,
        program_name: `West ${number}`,
        license_number: '9900009',
        holder_is_new: 'yes',
      }),
    ),
  )
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 422])
})

test.each([
  ['harbor homes inc', 'Harbor Homes, Inc.'],
  ['The Harbour Homes', 'Harbor Homes, Inc.'],
  ['Nino’s House & Co.', 'Niño’s House'],
  ['Harbor Hills', null],
  ['Inc.', null],
])('of holders on record, “%s” may mean %s', (typed, name) => {
  expect(likelyHolders(typed, ['Lakeside Homes LLC', 'Harbor Homes, Inc.', 'Niño’s House'])).toEqual(
    name ? [name] : [],
  )
})

test('program administrators and supervisors can read the program’s record but not change it', async () => {
  const northStar = await programId(world.db, 'North Star House')
  for (const email of ['rae@northstar.example', 'sam@northstar.example']) {
    const client = await world.as(email)
    expect((await client.get(`/programs/${northStar}`)).body).not.toContain('Record a certification')
    const answer = await client.post(`/programs/${northStar}/certifications/new`, {
      type: 'qrtp',
      from_on: '1/1/2026',
    })
    expect(answer.statusCode).toBe(404)
  }
})

test('an invalid date gets an error message and stays in the field', async () => {
  const answer = await lee.get(`/programs/${program}?on=yesterday`)
  expect(answer.body).toContain('as a date')
  expect(answer.body).toContain('value="yesterday"')
})
