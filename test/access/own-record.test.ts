import { beforeAll, describe, expect, test } from 'vitest'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

let world: World
let rae: Client
let base: string
let own: Readonly<{ person: string; assignment: string; contact: string; leave: string; other: string }>

/** Rae administers North Star and Lakeside and also works at North Star. */
beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  const { db } = world
  const [person, program, other] = [
    await personId(db, 'rae@northstar.example'),
    await programId(db, 'North Star House'),
    await programId(db, 'Lakeside Home'),
  ]
  await db
    .insertInto('roles')
    .values({ person_id: person, role: 'program_admin', program_id: other })
    .execute()
  const { assignment_id } = await db
    .insertInto('assignments')
    .values({
      person_id: person,
      program_id: program,
      worker_type: 'employee',
      role_title: 'Lead',
      hired_on: '2025-01-06',
    })
    .returning('assignment_id')
    .executeTakeFirstOrThrow()
  const contact = await db
    .insertInto('contact_periods')
    .values({ assignment_id, from_on: '2025-02-03' })
    .returning('period_id')
    .executeTakeFirstOrThrow()
  const leave = await db
    .insertInto('leave_periods')
    .values({ assignment_id, from_on: '2026-11-02' })
    .returning('period_id')
    .executeTakeFirstOrThrow()
  base = `/programs/${program}`
  own = { person, assignment: assignment_id, contact: contact.period_id, leave: leave.period_id, other }
  rae = await world.as('rae@northstar.example')
})

describe('no one changes their own record', () => {
  test.each<[string, () => string, Record<string, string>]>([
    [
      'adding oneself',
      () => '/roster',
      {
        name: 'Rae Halvorsen',
        email: 'rae@northstar.example',
        worker_type: 'employee',
        hired_on: '1/1/2026',
      },
    ],
    ['new work', () => `/roster/${own.person}/work`, { worker_type: 'employee', hired_on: '1/1/2026' }],
    ['the name', () => `/roster/${own.person}/name`, { name: 'Rae H.' }],
    ['a correction', () => `/assignments/${own.assignment}/correction`, { change: 'remove', reason: 'x' }],
    ['a separation', () => `/assignments/${own.assignment}/separation`, { separated_on: '11/20/2026' }],
    [
      'a transfer',
      () => `/assignments/${own.assignment}/transfer`,
      { to_program: 'other', hired_on: '11/20/2026', separated_on: '11/19/2026' },
    ],
    ['new direct contact', () => `/assignments/${own.assignment}/contact`, { from_on: '11/20/2026' }],
    ['the end of direct contact', () => `/contact/${own.contact}/end`, { to_on: '11/20/2026' }],
    [
      'a correction of direct contact',
      () => `/contact/${own.contact}/correction`,
      { change: 'remove', reason: 'x' },
    ],
    ['a leave', () => `/assignments/${own.assignment}/leave`, { from_on: '11/20/2026' }],
    ['the end of a leave', () => `/leave/${own.leave}/end`, { to_on: '11/20/2026' }],
    ['a correction of a leave', () => `/leave/${own.leave}/correction`, { change: 'remove', reason: 'x' }],
  ])('%s is refused, and nothing is saved', async (_, address, typed) => {
    const before = await recorded()
    const form = typed.to_program ? { ...typed, to_program: own.other } : typed
    const answer = await rae.post(`${base}${address()}`, form)
    expect(answer.statusCode).toBe(409)
    expect(readable(answer.body)).toContain('You can’t change your own record.')
    expect(await recorded()).toEqual(before)
  })

  async function recorded() {
    const { db } = world
    return {
      person: await db.selectFrom('people').select('name').where('id', '=', own.person).execute(),
      work: await db.selectFrom('assignments').selectAll().where('person_id', '=', own.person).execute(),
      contact: await db
        .selectFrom('contact_periods')
        .selectAll()
        .where('assignment_id', '=', own.assignment)
        .execute(),
      leave: await db
        .selectFrom('leave_periods')
        .selectAll()
        .where('assignment_id', '=', own.assignment)
        .execute(),
    }
  }
})

test.each(['contact', 'leave'] as const)(
  'a correction of %s is refused where the record changed while the form was open',
  async (kind) => {
    const { db } = world
    const mai = await personId(db, 'mai@northstar.example')
    const period = await db
      .selectFrom(`${kind}_periods`)
      .innerJoin('assignments', 'assignments.assignment_id', `${kind}_periods.assignment_id`)
      .select([`${kind}_periods.period_id`, `${kind}_periods.id`])
      .where('person_id', '=', mai)
      .executeTakeFirstOrThrow()
    const rows = () =>
      db.selectFrom(`${kind}_periods`).selectAll().where('period_id', '=', period.period_id).execute()
    const before = await rows()
    const form = { change: 'remove', reason: 'Entered twice.' }
    const address = `${base}/${kind}/${period.period_id}/correction`
    const stale = await rae.post(address, { ...form, seen: '00000000-0000-0000-0000-000000000000' })
    expect(stale.statusCode).toBe(422)
    expect(await rows()).toEqual(before)
    expect((await rae.post(address, { ...form, seen: String(period.id) })).statusCode).toBe(303)
    expect(await rows()).not.toEqual(before)
  },
)
