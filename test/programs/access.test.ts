import { beforeEach, describe, expect, test } from 'vitest'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { assignmentOf, checkFile, programId, readable, sendFile } from './programs.ts'

let world: World
let northStar: string
let lakeside: string

beforeEach(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  northStar = await programId(world.db, 'North Star House')
  lakeside = await programId(world.db, 'Lakeside Home')
})

/** Olu, made an administrator of Lakeside only. */
async function oluWithEveryPower(): Promise<Client> {
  const id = await personId(world.db, 'olu@lakeside.example')
  await world.db
    .insertInto('roles')
    .values({ person_id: id, role: 'program_admin', program_id: lakeside })
    .execute()
  return world.as('olu@lakeside.example')
}

describe('Olu of Lakeside', () => {
  test('gets 404 for every North Star address, to read or to change', async () => {
    const rae = await world.as('rae@northstar.example')
    const { address: file } = await checkFile(
      world,
      rae,
      northStar,
      'Name,Email,Hired on,Worker type\nLena Fox,lena@x.example,3/3/2025,employee',
    )
    const mai = await personId(world.db, 'mai@northstar.example')
    const { assignment_id, id: row } = await assignmentOf(world.db, 'mai@northstar.example')
    const { period_id } = await world.db
      .selectFrom('contact_periods')
      .select('period_id')
      .where('assignment_id', '=', assignment_id)
      .executeTakeFirstOrThrow()
    const { id: role } = await world.db
      .selectFrom('roles')
      .select('id')
      .where('program_id', '=', northStar)
      .where('role', '=', 'supervisor')
      .executeTakeFirstOrThrow()
    const olu = await oluWithEveryPower()
    const base = `/programs/${northStar}`
    const work = `${base}/assignments/${assignment_id}`
    const pages = [
      base,
      `${base}?on=2025-01-01`,
      `${base}/roster`,
      `${base}/roster?search=mai`,
      `${base}/roster/new`,
      `${base}/roster/${mai}`,
      `${base}/roster/${mai}/work`,
      `${base}/roster/${mai}/name`,
      ...['correction', 'separation', 'transfer', 'contact', 'leave'].map((act) => `${work}/${act}`),
      `${base}/contact/${period_id}/end`,
      `${base}/contact/${period_id}/correction`,
      `${base}/roles`,
      `${base}/links`,
      `${base}/imports`,
      `${base}/imports/new`,
      file,
      `${file}?kind=new`,
      `${file}/refused.csv`,
      `${base}/roster.csv`,
      // North Star's people and files at Lakeside's addresses.
      `/programs/${lakeside}/roster/${mai}`,
      `/programs/${lakeside}/assignments/${assignment_id}/correction`,
      `/programs/${lakeside}/contact/${period_id}/correction`,
      file.replace(northStar, lakeside),
      `${file.replace(northStar, lakeside)}/refused.csv`,
    ]
    const nowhere = (await olu.get('/programs/00000000-0000-0000-0000-000000000000/roster')).body
    const withoutItsAddress = (body: string) => body.replace(/\/(support|reading-settings)\?back=[^"]*/g, '')
    for (const page of pages) {
      const answer = await olu.get(page)
      expect([page, answer.statusCode]).toEqual([page, 404])
      // Pages that are not yours and pages that don't exist must look the same.
      expect(withoutItsAddress(answer.body)).toBe(withoutItsAddress(nowhere))
    }
    const form = {
      name: 'Mai Vang',
      email: 'mai@northstar.example',
      worker_type: 'employee',
      hired_on: '1/1/2026',
      role: 'supervisor',
      reason: 'x',
      seen: row,
    }
    const acts: readonly (readonly [string, Record<string, string>])[] = [
      [
        `${base}/roster`,
        { name: form.name, email: form.email, worker_type: 'employee', hired_on: '1/1/2026' },
      ],
      [`${base}/roster/${mai}/link`, {}],
      [`${base}/roster/${mai}/name`, { name: 'X' }],
      [`${base}/roster/${mai}/work`, { worker_type: 'employee', hired_on: '1/1/2026' }],
      [`${work}/separation`, { separated_on: '1/1/2026' }],
      [`${work}/correction`, { reason: 'x', seen: row, change: 'remove' }],
      [`${work}/contact`, { from_on: '1/1/2026' }],
      [`${work}/leave`, { from_on: '1/1/2026' }],
      [`${work}/transfer`, { to_program: lakeside, hired_on: '1/1/2026' }],
      [`/programs/${lakeside}/assignments/${assignment_id}/separation`, { separated_on: '1/1/2026' }],
      [`/programs/${lakeside}/contact/${period_id}/end`, { to_on: '1/1/2026' }],
      [`${base}/roles`, { name: form.name, email: form.email, role: 'supervisor' }],
      [`${base}/roles/${role}/end`, {}],
      [`/programs/${lakeside}/roles/${role}/end`, {}],
      [`${base}/links`, { person: mai }],
      [`/programs/${lakeside}/links`, { person: mai }],
      [`${file}/application`, {}],
      [`${file.replace(northStar, lakeside)}/application`, {}],
      [`${file}/check`, {}],
    ]
    const before = await standing()
    for (const [address, typed] of acts) {
      const answer = await olu.post(address, typed)
      expect([address, answer.statusCode]).toEqual([address, 404])
    }
    expect((await sendFile(world, olu, northStar, 'Name,Email,Hired on\n')).statusCode).toBe(404)
    expect(await standing()).toEqual(before)
  })

  test('sees a not-found page that shows nothing of the other program', async () => {
    const olu = await oluWithEveryPower()
    const pages = [
      '/programs',
      `/programs/${lakeside}`,
      `/programs/${lakeside}/roster?show=all`,
      `/programs/${lakeside}/roster?show=all&search=a`,
      `/programs/${lakeside}/roles`,
    ]
    const read = () => Promise.all(pages.map(async (page) => (await olu.get(page)).body))
    const before = await read()
    const rae = await world.as('rae@northstar.example')
    await rae.post(`/programs/${northStar}/roster`, {
      name: 'Ada Anders',
      email: 'aa@northstar.example',
      worker_type: 'employee',
      hired_on: '1/1/2026',
    })
    expect(await read()).toEqual(before)
  })

  async function standing() {
    const [assignments, periods, roles, invitations] = await Promise.all([
      world.db.selectFrom('assignments').selectAll().orderBy('id').execute(),
      world.db.selectFrom('contact_periods').selectAll().orderBy('id').execute(),
      world.db.selectFrom('roles').selectAll().orderBy('id').execute(),
      world.db.selectFrom('invitations').selectAll().orderBy('id').execute(),
    ])
    return { assignments, periods, roles, invitations }
  }
})

test('learners, licensing staff and system administrators can’t open a roster', async () => {
  for (const email of [
    'mai@northstar.example',
    'lee@licensing.example',
    'kit@system.example',
    'noor@review.example',
  ]) {
    const client = await world.as(email)
    expect([email, (await client.get(`/programs/${northStar}/roster`)).statusCode]).toEqual([email, 404])
    expect((await client.get(`/programs/${northStar}/roster.csv`)).statusCode).toBe(404)
    const sees = email.startsWith('lee') || email.startsWith('kit')
    expect([email, (await client.get(`/programs/${northStar}`)).statusCode]).toEqual([
      email,
      sees ? 200 : 404,
    ])
  }
})

test('an administrator for a license holder sees all its programs and can switch between them', async () => {
  const { holder_id } = await world.db
    .selectFrom('programs')
    .select('holder_id')
    .where('id', '=', northStar)
    .executeTakeFirstOrThrow()
  const { id: second } = await world.db
    .insertInto('programs')
    .values({ holder_id, kind: 'licensed' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await world.db
    .insertInto('program_details')
    .values({
      program_id: second,
      name: 'South Star House',
      license_number: '9900009',
      from_on: '2024-01-01',
    })
    .execute()
  const sam = await personId(world.db, 'sam@northstar.example')
  await world.db.insertInto('roles').values({ person_id: sam, role: 'supervisor', holder_id }).execute()
  const client = await world.as('sam@northstar.example')
  const list = readable((await client.get('/programs')).body)
  expect(list).toContain('North Star House')
  expect(list).toContain('South Star House')
  expect(list).not.toContain('Lakeside')
  expect((await client.get(`/programs/${second}/roster`)).body).toContain('Another program')
})
