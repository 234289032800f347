import { expect, test } from 'vitest'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { programId, readable } from './reviewed.ts'

const now = new Date('2026-06-14T15:00:00Z')
const heading =
  'License number,Status,May operate,Status from,Status until,Certification,Certified from,Certified until,Checked on'

test('a file is shown row by row before anything is saved', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const page = await preview(world, lee, [
    heading,
    '9900001-CRF,Active,Yes,,,st-cse-at-risk,1/1/2022,,6/10/2026',
    '9900002-CRF,Suspended,No,6/1/2026,,,,,6/10/2026',
    '9900003-CRF,Active,,,,st-cse-at-risk,7/1/2026,,6/10/2026',
    '1234567,Active,,,,,,,6/10/2026',
    '9900003,Asleep,,,,,,,6/10/2026',
    '12,Active,,,,,,,soon',
  ])
  expect(page.text).toContain(
    '2 rows would change the record; 1 row only updates the checked day; 3 have problems.',
  )
  expect(page.text).toContain(
    'License status Suspended, may not operate, from June 1, 2026 on, replacing Active.',
  )
  expect(page.text).toContain('No program with license 1234567 is on record.')
  expect(page.text).toContain('“12” is not a license number.')
  expect(
    await world.db
      .selectFrom('license_statuses')
      .select('id')
      .where('superseded_at', 'is not', null)
      .execute(),
  ).toEqual([])
})

test('ending a certification shows how many people it affects without names, and then ends their requirements', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const page = await preview(world, lee, [heading, '9900001,,,,,st-cse-at-risk,1/1/2022,5/31/2026,6/10/2026'])
  expect(page.text).toContain('ends on May 31, 2026.')
  expect(page.text).toContain('overdue → not required 1')
  expect(page.text).not.toMatch(/Theo|Mai Vang/)
  expect(await theo(world)).toBe('overdue')
  const applied = await lee.post(`${page.address}/application`, { seen: page.seen })
  expect(applied.statusCode).toBe(303)
  expect(await theo(world)).toBe('not_required')
  expect(readable((await lee.get(page.address)).body)).toContain('This file is saved')
  const program = readable(
    (await lee.get(`/licensing/programs/${await programId(world, '9900001')}?on=5/1/2026`)).body,
  )
  expect(program).toContain('January 1, 2022 to May 31, 2026. Last checked June 10, 2026')
  const { facts } = await world.db
    .selectFrom('ledger_entries')
    .select('facts')
    .where('kind', '=', 'program-changed')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(facts)).toMatchObject({ act: 'registry-imported' })
})

test('a future certification shows its effects from its first day on', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const prairie = await programId(world, '9900003')
  const person = await world.db
    .selectFrom('people')
    .select('id')
    .where('email', '=', 'ada@northstar.example')
    .executeTakeFirstOrThrow()
  const { assignment_id } = await world.db
    .insertInto('assignments')
    .values({ person_id: person.id, program_id: prairie, worker_type: 'employee', hired_on: '2025-01-01' })
    .returning('assignment_id')
    .executeTakeFirstOrThrow()
  await world.db.insertInto('contact_periods').values({ assignment_id, from_on: '2025-01-05' }).execute()
  const answer = await lee.post(`/licensing/programs/${prairie}/license`, {
    certification: 'st-cse-at-risk',
    certified_from: '7/1/2026',
    checked_on: '6/14/2026',
  })
  expect(answer.statusCode).toBe(303)
  const text = readable((await lee.follow(answer)).body)
  expect(text).toMatch(
    /July 1, 2026 Initial training for specialized residential settings .* → not cleared 1/,
  )
})

test('a file is not saved if the record has changed since its preview, and never twice', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const rows = [heading, '9900001,,,,,st-cse-at-risk,1/1/2022,5/31/2026,6/10/2026']
  const first = await preview(world, lee, rows)
  const second = await preview(world, lee, [
    heading,
    '9900001,,,,,st-cse-at-risk,1/1/2022,4/30/2026,6/10/2026',
  ])
  expect((await lee.post(`${second.address}/application`, { seen: second.seen })).statusCode).toBe(303)
  const late = await lee.post(`${first.address}/application`, { seen: first.seen })
  expect(late.statusCode).toBe(409)
  expect(late.body).toContain('The record changed while you were reviewing the file')
  const ends = () =>
    world.db
      .selectFrom('certifications')
      .select('to_on')
      .where('superseded_at', 'is', null)
      .where('to_on', 'is not', null)
      .execute()
  expect(await ends()).toEqual([{ to_on: '2026-04-30' }])
  await lee.post(`${second.address}/application`, { seen: second.seen })
  expect(
    await world.db.selectFrom('ledger_entries').select('seq').where('kind', '=', 'program-changed').execute(),
  ).toHaveLength(1)
})

test('a period that was never checked is not called checked, and an older look-up does not take a later day away', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const id = await programId(world, '9900001')
  const save = async (...rows: readonly string[]) => {
    const page = await preview(world, lee, [heading, ...rows])
    expect((await lee.post(`${page.address}/application`, { seen: page.seen })).statusCode).toBe(303)
    return (
      await world.db
        .selectFrom('license_statuses')
        .select(['status', 'checked_on'])
        .where('program_id', '=', id)
        .where('superseded_at', 'is', null)
        .orderBy('from_on')
        .execute()
    ).map(({ status, checked_on }) => `${status} ${checked_on ?? 'never'}`)
  }
  const never = { program_id: id, status: 'active', may_operate: true, from_on: '2019-01-01' } as const
  const statuses = world.db.updateTable('license_statuses').where('program_id', '=', id)
  await statuses.set({ superseded_at: world.clock.now, superseded_reason: 'x' }).execute()
  await world.db.insertInto('license_statuses').values(never).execute()
  expect(await save('9900001,Conditional,Yes,6/1/2026,,,,,6/10/2026')).toEqual([
    ...['active never', 'conditional 2026-06-10'],
  ])
  expect(await save('9900001,Conditional,Yes,,,,,,6/5/2026')).toEqual([
    'active never',
    'conditional 2026-06-10',
  ])
  await save('9900001,Conditional,Yes,6/1/2026,8/1/2026,,,,6/12/2026')
  expect((await lee.get('/licensing')).body).toContain('1 license or certification ends within 90 days')
  expect(readable((await lee.get('/licensing/endings')).body)).toMatch(
    /North Star House .*license ends on August 1, 2026, checked June 12, 2026.*48 days left/,
  )
})

test('a status repeated in each row of a program counts once, and a contradicting row is refused', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const page = await preview(world, lee, [
    heading,
    '9900001,Conditional,Yes,6/1/2026,,st-cse-at-risk,1/1/2022,,6/10/2026',
    '9900001,Conditional,Yes,6/1/2026,,qrtp,3/1/2024,,6/10/2026',
    '9900001,Suspended,No,6/1/2026,,pregnant-and-parenting,3/1/2024,,6/10/2026',
  ])
  expect(page.text).toContain('2 rows would change the record')
  expect(page.text).toContain('Another row of this file contradicts this one.')
  expect((await lee.post(`${page.address}/application`, { seen: page.seen })).statusCode).toBe(303)
  const statuses = await world.db
    .selectFrom('license_statuses')
    .select(['status', 'from_on', 'to_on'])
    .where('program_id', '=', await programId(world, '9900001'))
    .where('superseded_at', 'is', null)
    .orderBy('from_on')
    .execute()
  expect(statuses).toEqual([
    { status: 'active', from_on: '2019-01-01', to_on: '2026-05-31' },
    { status: 'conditional', from_on: '2026-06-01', to_on: null },
  ])
})

test('an unreadable file gives a clear error', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const answer = await send(world, lee, 'Name,Status\nNorth Star House,Active')
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('“License number” is missing')
})

const theo = async ({ db }: World) =>
  (
    await db
      .selectFrom('standings')
      .innerJoin('people', 'people.id', 'standings.person_id')
      .select('standing')
      .where('email', '=', 'theo@northstar.example')
      .where('requirement', '=', 'residential-annual')
      .executeTakeFirstOrThrow()
  ).standing

async function preview(world: World, lee: Client, rows: readonly string[]) {
  const answer = await send(world, lee, rows.join('\n'))
  expect(answer.statusCode).toBe(303)
  const address = String(answer.headers.location)
  const { body } = await lee.get(address)
  return { address, text: readable(body), seen: /name="seen" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? '' }
}

function send({ app }: World, client: Client, content: string) {
  const boundary = 'a-boundary-of-a-form'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="look-up.csv"\r\n\r\n`
  return app.inject({
    method: 'POST',
    url: '/licensing/registry',
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
    payload: `${head}${content}\r\n--${boundary}--\r\n`,
  })
}
