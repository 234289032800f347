import { beforeEach, describe, expect, test } from 'vitest'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { assignmentOf, confirmAll, programId, readable } from './programs.ts'

let world: World
let rae: Client
let program: string

beforeEach(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  rae = await world.as('rae@northstar.example')
  program = await programId(world.db, 'North Star House')
})

const later = (hours: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + hours * 3_600_000)
}
const pageOf = async (email: string) =>
  readable((await rae.get(`/team/${await personId(world.db, email)}`)).body)
const ledger = () =>
  world.db.selectFrom('ledger_entries').select(['kind', 'facts', 'subject']).orderBy('turn').execute()

const lena = {
  name: 'Lena Fox',
  email: 'Lena@NorthStar.example',
  worker_type: 'employee',
  role_title: 'Youth worker',
  hired_on: '11/2/2026',
  contact_from: '2026-11-17',
  contact_time: '2:30 pm',
}

describe('adding a person', () => {
  test('adds a new person to the roster in one transaction, with a link that is shown once', async () => {
    const answer = await rae.post(`/programs/${program}/roster`, lena)
    expect(answer.statusCode).toBe(200)
    const link = /http:\/\/127\.0\.0\.1:3000(\/link\/[\w-]{27})/.exec(answer.body)?.[1]
    expect((await world.visitor().get(link!)).body).toContain('Set your password')
    expect(await pageOf('lena@northstar.example')).toContain('Since November 17, 2026, 2:30 PM Central time')
    const kinds = (await ledger()).map(({ kind }) => kind).slice(-2)
    expect(kinds).toEqual(['roster-changed', 'link-made'])
    const [again] = (await rae.get(`/programs/${program}/roster`)).body.match(/Lena Fox/g) ?? []
    expect(again).toBe('Lena Fox')
  })

  test('keeps what was typed, with an error message at each field', async () => {
    const answer = await rae.post(`/programs/${program}/roster`, {
      ...lena,
      email: 'lena',
      hired_on: '3/45/2025',
      contact_time: 'noonish',
    })
    expect(answer.statusCode).toBe(422)
    const words = readable(answer.body)
    expect(words).toContain('“lena” is not an email address.')
    expect(words).toContain('We can’t read “3/45/2025” as a date. Enter it like 3/15/2025.')
    expect(words).toContain('We can’t read “noonish” as a time.')
    expect(answer.body).toContain('value="Lena Fox"')
    expect(answer.body).toContain('value="3/45/2025"')
    expect(answer.body).toContain('<title>Error: Add a person')
  })

  test('an email that has an account elsewhere gets the answer of one that has none', async () => {
    const answers = []
    for (const email of ['ivy@lakeside.example', 'nobody@lakeside.example']) {
      const answer = await rae.post(`/programs/${program}/roster`, { ...lena, email })
      answers.push([
        answer.statusCode,
        readable(answer.body)
          .replace(/\/link\/[\w-]{27}/g, '/link/')
          .replaceAll(email, ''),
      ])
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toEqual([200, expect.stringContaining('/link/')])
  })

  test('refuses an employment that overlaps one on record, and accepts a return', async () => {
    const mai = {
      ...lena,
      name: 'Mai Vang',
      email: 'mai@northstar.example',
      hired_on: '1/5/2026',
      contact_from: '',
      contact_time: '',
    }
    const overlap = await rae.post(`/programs/${program}/roster`, mai)
    expect(readable(overlap.body)).toContain('has no last day on record. Record that first.')
    const { assignment_id } = await assignmentOf(world.db, 'mai@northstar.example')
    await rae.post(`/programs/${program}/assignments/${assignment_id}/separation`, {
      separated_on: '2/27/2026',
    })
    const person = await personId(world.db, 'mai@northstar.example')
    const back = await rae.post(`/programs/${program}/roster/${person}/work`, {
      ...lena,
      contact_from: '',
      contact_time: '',
    })
    expect(back.statusCode).toBe(303)
    expect(await pageOf('mai@northstar.example')).toContain('Hired on November 2, 2026')
  })

  test('is refused for yourself', async () => {
    const answer = await rae.post(`/programs/${program}/roster`, {
      ...lena,
      name: 'Rae Halvorsen',
      email: 'rae@northstar.example',
    })
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('You can’t change your own record.')
  })

  test('at the same moment in two programs makes one account', async () => {
    const lakeside = await programId(world.db, 'Lakeside Home')
    await world.db
      .insertInto('roles')
      .values({
        person_id: await personId(world.db, 'olu@lakeside.example'),
        role: 'program_admin',
        program_id: lakeside,
      })
      .execute()
    const olu = await world.as('olu@lakeside.example')
    const answers = await Promise.all([
      rae.post(`/programs/${program}/roster`, lena),
      olu.post(`/programs/${lakeside}/roster`, lena),
    ])
    expect(answers.map(({ statusCode }) => statusCode).every((code) => code < 400 || code === 409)).toBe(true)
    const people = await world.db
      .selectFrom('people')
      .select('id')
      .where('email', '=', 'lena@northstar.example')
      .execute()
    // The program that came second asks the new account's owner.
    expect(people).toHaveLength(1)
    expect(await world.db.selectFrom('record_requests').select('id').execute()).toHaveLength(1)
    const work = await world.db
      .selectFrom('assignments')
      .select('id')
      .where('person_id', '=', people[0]!.id)
      .execute()
    expect(work).toHaveLength(1)
  })
})

describe('changing what is on record', () => {
  const correction = {
    worker_type: 'employee',
    role_title: 'Night lead',
    unit: 'Cedar House',
    hired_on: '11/3/2025',
    separated_on: '',
    change: 'correct',
    reason: 'Typed the wrong month',
  }

  test('a correction supersedes the row without updating it, and the history shows both', async () => {
    const before = await assignmentOf(world.db, 'theo@northstar.example')
    const address = `/programs/${program}/assignments/${before.assignment_id}/correction`
    expect((await rae.get(address)).body).toContain(before.id)
    later(1)
    const silent = await rae.post(address, { ...correction, seen: before.id, reason: '' })
    expect(silent.statusCode).toBe(422)
    expect(silent.body).toContain('Enter a short reason.')
    // Contact on record begins before that day.
    const early = await rae.post(address, { ...correction, seen: before.id })
    expect(readable(early.body)).toContain('is on record and begins before that day. Correct it first.')
    const answer = await rae.post(address, { ...correction, seen: before.id, hired_on: '5/1/2024' })
    expect(answer.headers.location).toBe('/confirmations?done=asked')
    expect(await confirmAll(await world.as('lee@licensing.example'))).toEqual([303])
    const rows = await world.db
      .selectFrom('assignments')
      .selectAll()
      .where('assignment_id', '=', before.assignment_id)
      .orderBy('recorded_at')
      .execute()
    expect(rows[0]).toEqual({
      ...before,
      superseded_at: world.clock.now,
      superseded_by: expect.any(String),
      superseded_reason: 'Typed the wrong month',
    })
    expect(rows[1]).toMatchObject({
      hired_on: '2024-05-01',
      role_title: 'Night lead',
      unit: 'Cedar House',
      superseded_at: null,
      reason: 'Typed the wrong month',
    })
    const page = await pageOf('theo@northstar.example')
    expect(page).toContain(
      'Work: role title, Night staff → Night lead ; unit or shift, Nights → Cedar House ; hired on, May 23, 2024 → May 1, 2024',
    )
    expect(page).toContain('Why: Typed the wrong month')
  })

  test('a unit or shift that was recorded is found by the roster’s search and is in the exported file', async () => {
    const before = await assignmentOf(world.db, 'theo@northstar.example')
    await rae.post(`/programs/${program}/assignments/${before.assignment_id}/correction`, {
      ...correction,
      hired_on: '5/23/2024',
      seen: before.id,
    })
    expect((await rae.get(`/programs/${program}/roster?search=cedar`)).body).toContain('Theo Okafor')
    const { body } = await rae.get(`/programs/${program}/roster.csv`)
    expect(body).toContain('Night lead,Cedar House,5/23/2024')
  })

  test('a correction of a record that someone else has just corrected is refused, and keeps what was typed', async () => {
    const before = await assignmentOf(world.db, 'theo@northstar.example')
    const address = `/programs/${program}/assignments/${before.assignment_id}/correction`
    await rae.post(address, { ...correction, seen: before.id, hired_on: '5/23/2024' })
    const late = await rae.post(address, { ...correction, seen: before.id, hired_on: '5/2/2024' })
    expect(late.statusCode).toBe(422)
    expect(readable(late.body)).toContain('Someone else changed this record while the form was open.')
    expect(late.body).toContain('value="5/2/2024"')
    const seen = /name="seen" value="([^"]+)"/.exec(late.body)?.[1]
    expect((await rae.post(address, { ...correction, seen: seen!, hired_on: '5/2/2024' })).statusCode).toBe(
      303,
    )
  })

  test('the record can still be read as known on an earlier day', async () => {
    world.clock.now = new Date('2026-03-02T18:00:00Z')
    const { assignment_id } = await assignmentOf(world.db, 'theo@northstar.example')
    await rae.post(`/programs/${program}/assignments/${assignment_id}/separation`, {
      separated_on: '2/27/2026',
    })
    const theo = async (asKnownOn: string | null) => {
      const { people } = await rosterOn(world.db, [program], '2026-03-01', asKnownOn)
      return people.find(({ email }) => email === 'theo@northstar.example')?.assignments[0]
    }
    expect(await theo(null)).toBeUndefined()
    expect(await theo('2026-03-01')).toMatchObject({ separated_on: null, contact: [{ to_on: null }] })
    expect(await theo('2026-03-02')).toBeUndefined()
  })

  test('the last day of work ends open contact and leave', async () => {
    const { assignment_id } = await assignmentOf(world.db, 'mai@northstar.example')
    const base = `/programs/${program}/assignments/${assignment_id}`
    await rae.post(`${base}/leave`, { from_on: '10/1/2026', to_on: '10/31/2026' })
    later(1)
    const answer = await rae.post(`${base}/separation`, { separated_on: '9/30/2026' })
    expect(answer.statusCode).toBe(303)
    const page = await pageOf('mai@northstar.example')
    expect(page).toContain('Left on September 30, 2026.')
    expect(page).toContain('to September 30, 2026')
    expect(page).toContain('Removed from the record: Leave October 1, 2026 to October 31, 2026')
    const facts = (await ledger())
      .filter(({ kind }) => kind === 'roster-changed')
      .map((entry) => JSON.parse(entry.facts).act)
    expect(facts).toEqual(['leave-recorded', 'separated'])
  })

  test('direct contact may have several periods, which can’t overlap', async () => {
    const { assignment_id } = await assignmentOf(world.db, 'mai@northstar.example')
    const period = await world.db
      .selectFrom('contact_periods')
      .selectAll()
      .where('assignment_id', '=', assignment_id)
      .executeTakeFirstOrThrow()
    const overlap = await rae.post(`/programs/${program}/assignments/${assignment_id}/contact`, {
      from_on: '6/1/2026',
    })
    expect(readable(overlap.body)).toContain('This overlaps the direct contact on record')
    await rae.post(`/programs/${program}/contact/${period.period_id}/end`, { to_on: '5/29/2026' })
    const second = await rae.post(`/programs/${program}/assignments/${assignment_id}/contact`, {
      from_on: '6/1/2026',
      from_time: '7:00 am',
    })
    expect(second.statusCode).toBe(303)
    expect(await pageOf('mai@northstar.example')).toContain('Since June 1, 2026, 7:00 AM Central time')
  })

  test('contact that never was is removed with a reason, and stays in the history', async () => {
    const { assignment_id } = await assignmentOf(world.db, 'mai@northstar.example')
    const period = await world.db
      .selectFrom('contact_periods')
      .selectAll()
      .where('assignment_id', '=', assignment_id)
      .executeTakeFirstOrThrow()
    later(1)
    const answer = await rae.post(`/programs/${program}/contact/${period.period_id}/correction`, {
      seen: period.id,
      from_on: '1/1/2026',
      change: 'remove',
      reason: 'Recorded for someone else',
    })
    expect(answer.statusCode).toBe(303)
    const page = await pageOf('mai@northstar.example')
    expect(page).toContain('Works here, without direct contact.')
    expect(page).toContain('Removed from the record: Direct contact since')
    expect(page).toContain('Why: Recorded for someone else')
  })

  test('a transfer ends the employment here and starts one there in one transaction, only within the administrator’s programs', async () => {
    const { assignment_id, person_id } = await assignmentOf(world.db, 'mai@northstar.example')
    const prairie = await programId(world.db, 'Prairie Shelter')
    const form = {
      to_program: prairie,
      hired_on: '6/1/2026',
      contact_from: '6/8/2026',
      role_title: 'Advocate',
    }
    const address = `/programs/${program}/assignments/${assignment_id}/transfer`
    expect((await rae.post(address, form)).statusCode).toBe(422)
    const id = await personId(world.db, 'rae@northstar.example')
    await world.db
      .insertInto('roles')
      .values([
        { person_id: id, role: 'program_admin', program_id: prairie },
        {
          person_id: await personId(world.db, 'olu@lakeside.example'),
          role: 'supervisor',
          program_id: prairie,
        },
      ])
      .execute()
    expect((await rae.get(address)).body).toContain('Prairie Shelter')
    expect((await rae.post(address, form)).statusCode).toBe(303)
    const rows = await world.db
      .selectFrom('assignments')
      .selectAll()
      .where('person_id', '=', person_id)
      .where('superseded_at', 'is', null)
      .orderBy('hired_on')
      .execute()
    expect(rows).toMatchObject([
      { program_id: program, separated_on: '2026-05-31' },
      { program_id: prairie, hired_on: '2026-06-01', role_title: 'Advocate', separated_on: null },
    ])
    const acts = (await ledger()).map(({ facts }) => JSON.parse(facts).act).filter(Boolean)
    expect(acts).toEqual(['transferred'])
    // Those who look after either program are told, but for Rae, who did it.
    const told = await world.db
      .selectFrom('notices')
      .innerJoin('people', 'people.id', 'notices.person_id')
      .select(['people.email'])
      .where('kind', '=', 'transferred')
      .execute()
    const emails = told.map(({ email }) => email)
    expect(emails.toSorted()).toEqual(['olu@lakeside.example', 'sam@northstar.example'])
    const olu = await (await world.as('olu@lakeside.example')).get('/notices')
    expect(readable(olu.body)).toMatch(/Mai Vang[^.]*Prairie Shelter/)
    expect((await rae.get('/programs')).body).toContain('Prairie Shelter')
    expect((await rae.get(`/programs/${program}/roster`)).body).toContain('Another program')
  })

  test('no one can change their own record, by any route', async () => {
    const id = await personId(world.db, 'rae@northstar.example')
    const { assignment_id } = await world.db
      .insertInto('assignments')
      .values({ person_id: id, program_id: program, worker_type: 'employee', hired_on: '2024-01-02' })
      .returning('assignment_id')
      .executeTakeFirstOrThrow()
    const base = `/programs/${program}/assignments/${assignment_id}`
    for (const [address, form] of [
      [`${base}/separation`, { separated_on: '1/5/2026' }],
      [`${base}/contact`, { from_on: '1/5/2026' }],
      [`${base}/leave`, { from_on: '1/5/2026' }],
      [`${base}/correction`, correction],
      [`/programs/${program}/roster/${id}/work`, lena],
      [`/programs/${program}/roster/${id}/name`, { name: 'Doctor Rae' }],
    ] as const) {
      const answer = await rae.post(address, form)
      expect([address, answer.statusCode]).toEqual([address, 409])
      expect(answer.body).toContain('You can’t change your own record.')
    }
    const page = readable((await rae.get(`/team/${id}`)).body)
    expect(page).toContain('This is your own record.')
    expect(page).not.toContain('Record leave')
  })

  test('a name can be corrected only for a person whose account is not used elsewhere', async () => {
    const mai = await personId(world.db, 'mai@northstar.example')
    const sent = await rae.post(`/programs/${program}/roster/${mai}/name`, { name: '  Mai   Vang-Lee ' })
    expect(sent.statusCode).toBe(303)
    expect(await pageOf('mai@northstar.example')).toContain('Mai Vang-Lee')
    await world.db
      .insertInto('assignments')
      .values({
        person_id: mai,
        program_id: await programId(world.db, 'Lakeside Home'),
        worker_type: 'employee',
        hired_on: '2024-01-02',
      })
      .execute()
    const refused = await rae.post(`/programs/${program}/roster/${mai}/name`, { name: 'Someone Else' })
    expect(refused.statusCode).toBe(422)
    expect(readable(refused.body)).toContain(
      'You can’t change this account because it is also used outside your programs',
    )
    expect(refused.body).not.toContain('Lakeside')
  })
})

describe('the roster’s page', () => {
  test('keeps search, filter, sort order and day in its address', async () => {
    await rae.post(`/programs/${program}/roster`, lena)
    const names = async (query: string) => {
      const { body } = await rae.get(`/programs/${program}/roster${query}`)
      return [...body.matchAll(/<th scope="row"><a[^>]*>([^<]+)/g)].map(([, name]) => name)
    }
    expect(await names('')).toEqual(['Ada Lindqvist', 'Lena Fox', 'Mai Vang', 'Theo Okafor'])
    expect(await names('?sort=-name')).toEqual(['Theo Okafor', 'Mai Vang', 'Lena Fox', 'Ada Lindqvist'])
    expect(await names('?search=NIGHT')).toEqual(['Theo Okafor'])
    expect(await names('?search=%25')).toEqual([])
    expect(await names('?show=no-contact')).toEqual(['Ada Lindqvist'])
    expect(await names('?show=contact&sort=contact')).toEqual(['Theo Okafor', 'Mai Vang', 'Lena Fox'])
    const { assignment_id } = await assignmentOf(world.db, 'lena@northstar.example')
    await rae.post(`/programs/${program}/assignments/${assignment_id}/separation`, {
      separated_on: '11/20/2026',
    })
    expect(await names('?show=left')).toEqual(['Lena Fox'])
    expect(await names('?on=2025-04-01')).toEqual(['Theo Okafor'])
    expect(await names('?on=11/18/2026')).toContain('Lena Fox')
  })

  test('shows an error for an invalid date and keeps it as typed', async () => {
    const page = await rae.get(`/programs/${program}/roster?on=last+spring`)
    expect(readable(page.body)).toContain('We can’t read “last spring” as a date. Enter it like 3/15/2025.')
    expect(page.body).toContain('value="last spring"')
  })

  test('shows fifty people at a time', async () => {
    const people = await world.db
      .insertInto('people')
      .values(
        Array.from({ length: 120 }, (_, n) => ({
          name: `Person ${String(n).padStart(3, '0')}`,
          email: `p${n}@northstar.example`,
        })),
      )
      .returning('id')
      .execute()
    await world.db
      .insertInto('assignments')
      .values(
        people.map(({ id }) => ({
          person_id: id,
          program_id: program,
          worker_type: 'employee',
          hired_on: '2024-01-02',
        })),
      )
      .execute()
    const third = await rae.get(`/programs/${program}/roster?page=3`)
    expect(readable(third.body)).toContain('123 people work here')
    expect(readable(third.body)).toContain('Page 3 of 3')
    expect(third.body.match(/<th scope="row">/g)).toHaveLength(23)
    expect(readable((await rae.get(`/programs/${program}/roster?page=9`)).body)).toContain(
      'This page doesn’t exist.',
    )
  })

  test('can be read but not changed by a supervisor, except for leave', async () => {
    const sam = await world.as('sam@northstar.example')
    const page = await sam.get(`/programs/${program}/roster`)
    expect(page.statusCode).toBe(200)
    expect(page.body).not.toContain('Add a person')
    const mai = await personId(world.db, 'mai@northstar.example')
    const old = await sam.get(`/programs/${program}/roster/${mai}`)
    expect([old.statusCode, old.headers.location]).toEqual([308, `/team/${mai}#roster`])
    const person = await sam.get(`/team/${mai}`)
    expect(person.statusCode).toBe(200)
    expect(person.body).not.toMatch(/Correct|Record direct contact|<form method="post" action="\/programs/)
    const { assignment_id } = await assignmentOf(world.db, 'mai@northstar.example')
    const work = `/programs/${program}/assignments/${assignment_id}`
    expect(person.body).toContain(`href="${work}/leave"`)
    expect((await sam.get(`${work}/leave`)).statusCode).toBe(200)
    const left = await sam.post(`${work}/leave`, { from_on: '11/20/2026' })
    expect([left.statusCode, left.headers.location]).toEqual([303, `/team/${mai}?done=saved`])
    const { period_id, id } = await world.db
      .selectFrom('leave_periods')
      .select(['period_id', 'id'])
      .where('assignment_id', '=', assignment_id)
      .where('to_on', 'is', null)
      .executeTakeFirstOrThrow()
    const leave = `/programs/${program}/leave/${period_id}`
    const correction = { change: 'remove', reason: 'x', seen: id }
    expect((await sam.post(`${leave}/correction`, correction)).statusCode).toBe(404)
    expect((await sam.post(`${work}/contact`, { from_on: '11/20/2026' })).statusCode).toBe(404)
    expect((await sam.post(`${leave}/end`, { to_on: '11/22/2026' })).statusCode).toBe(303)
    expect((await ledger()).filter(({ kind }) => kind === 'roster-changed').slice(-2)).toMatchObject([
      { facts: expect.stringContaining('"leave-recorded"') },
      { facts: expect.stringContaining('"leave-ended"') },
    ])
    expect((await sam.post(`/programs/${program}/roster`, lena)).statusCode).toBe(404)
    expect((await sam.get(`/programs/${program}/roster.csv`)).statusCode).toBe(404)
  })
})

test('after someone has left, the roster’s file and search and their page know the email that they had then, and no other', async () => {
  const id = await personId(world.db, 'theo@northstar.example')
  const { assignment_id } = await assignmentOf(world.db, 'theo@northstar.example')
  const emails = ['theo@northstar.example', 'theo@while.example', 'theo@after.example']
  /** What confirming a new email writes. */
  const change = async (from: number, at: string) => {
    const confirmed_at = new Date(at)
    await world.db
      .updateTable('people')
      .set({ email: emails[from + 1]! })
      .where('id', '=', id)
      .execute()
    await world.db
      .insertInto('email_changes')
      .values({
        ...{ person_id: id, from_email: emails[from]!, to_email: emails[from + 1]!, token_hash: at },
        ...{ requested_by: id, requested_at: confirmed_at, expires_at: confirmed_at, confirmed_at },
      })
      .execute()
  }
  const seen = async () => {
    const pages = [`/programs/${program}/roster.csv`, `/team/${id}`]
    const bodies = await Promise.all(pages.map(async (page) => (await rae.get(page)).body))
    return bodies.map((body) => emails.filter((email) => body.includes(email)))
  }
  await change(0, '2026-11-10T18:00:00Z')
  expect(await seen()).toEqual([[emails[1]], [emails[1]]])
  const left = { separated_on: '11/20/2026', reason: 'Took another job' }
  await rae.post(`/programs/${program}/assignments/${assignment_id}/separation`, left)
  await change(1, '2026-11-22T18:00:00Z')
  expect(await seen()).toEqual([[emails[1]], [emails[1]]])
  const finds = async (search: string) =>
    (await rae.get(`/programs/${program}/roster?show=all&search=${search}`)).body.includes('Theo Okafor')
  expect([await finds('while.example'), await finds('after.example')]).toEqual([true, false])
})
