import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { register } from '#server/classroom/instructor-led/instructor-led.actions.ts'
import { movingUp } from '#server/classroom/instructor-led/instructor-led-session.ts'
import type { Viewer } from '#server/people/roles.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { listTold } from '#test/support/notices.ts'

const rae = 'rae@northstar.example'
const sam = 'sam@northstar.example'
const ada = 'ada@northstar.example'
const mai = 'mai@northstar.example'
const theo = 'theo@northstar.example'
const olu = 'olu@lakeside.example'

const kinds = ['place-opened', 'session-changed', 'session-canceled'] as const

const now = new Date('2026-10-06T15:00:00Z')
/** Thursday two days on, nine to noon in Minnesota. */
const typedOf = (program: string, typed: Record<string, string> = {}) => ({
  training: 'health-department-webinars',
  instructor: 'Robin Example',
  subject: 'yes',
  mastery: 'Cases are discussed, and each person writes an answer.',
  on1: '10/8/2026',
  from1: '9 am',
  to1: '12 pm',
  place: 'Library, room 2',
  link: 'https://meet.example/room-2',
  scope: program,
  audience: 'Youth workers',
  places: '2',
  contact: 'robin@health.example',
  minutes_may_miss: '30',
  ...typed,
})

async function aHouse(options: Parameters<typeof aWorld>[0] = {}) {
  const world = await aWorld({ now, ...options })
  const program = await programId(world.db, 'North Star House')
  const organizer = await world.as(rae)
  const publish = async (typed: Record<string, string> = {}) => {
    const answer = await organizer.post('/sessions', typedOf(program, typed))
    if (answer.statusCode !== 303) throw new Error(readable(answer.body))
    return String(answer.headers.location)
  }
  const at = (time: string) => {
    world.clock.now = new Date(time)
  }
  return { ...world, program, organizer, publish, at }
}

const join = (client: Client, address: string) => client.post(`${address}/registration`)
const giveBack = (client: Client, address: string) => client.post(`${address}/registration/end`)
const pageOf = async (client: Client, address: string) => readable((await client.get(address)).body)
const registrationOf = async (db: World['db'], email: string) =>
  (
    await db
      .selectFrom('instructor_led_registrations')
      .innerJoin('people', 'people.id', 'person_id')
      .select('instructor_led_registrations.id')
      .where('email', '=', email)
      .orderBy('instructor_led_registrations.id', 'desc')
      .executeTakeFirstOrThrow()
  ).id
const trainingsOf = (db: World['db'], email: string) =>
  db
    .selectFrom('outside_trainings')
    .innerJoin('people', 'people.id', 'person_id')
    .selectAll('outside_trainings')
    .where('email', '=', email)
    .orderBy('recorded_at')
    .execute()

// Setup reads the courses and builds the assets, which takes longer than the tests.
beforeAll(async () => {
  await aWorld()
})

describe('an instructor-led session', () => {
  test('is listed with its date, free places and credit rule, and shows its link only to people with a place', async () => {
    const house = await aHouse()
    const address = await house.publish()
    const client = await house.as(ada)
    const catalogue = await pageOf(client, '/courses')
    expect(catalogue).toContain('October 8, 2026, 9:00 AM to 12:00 PM Central time')
    expect(catalogue).toContain('2 places left')
    const before = await client.get(address)
    expect(readable(before.body)).toContain('You get no credit if you miss more than 30 minutes.')
    expect(readable(before.body)).toContain('Length 3 hours')
    expect(before.body).not.toContain('meet.example')
    await join(client, address)
    const after = await client.get(address)
    expect(readable(after.body)).toContain('You have a place.')
    expect(after.body).toContain('https://meet.example/room-2')
    expect(await pageOf(client, '/courses')).toMatch(/Your registrations .* You have a place/)
  })

  test('is filled in order, waits in order, and a place given back goes to the first who waits, who is told', async () => {
    const house = await aHouse()
    const address = await house.publish({ places: '1' })
    const [adas, mais, theos] = [await house.as(ada), await house.as(mai), await house.as(theo)]
    for (const client of [adas, mais, theos, mais]) expect((await join(client, address)).statusCode).toBe(303)
    expect(await pageOf(mais, address)).toContain('You are number 1 on the waiting list.')
    expect(await pageOf(theos, address)).toContain('You are number 2 on the waiting list.')
    await giveBack(adas, address)
    expect(await pageOf(mais, address)).toContain('You have a place.')
    expect(await pageOf(theos, address)).toContain('You are number 1 on the waiting list.')
    // Someone who cancels and registers again goes to the end of the list.
    await join(adas, address)
    expect(await pageOf(adas, address)).toContain('You are number 2 on the waiting list.')
    expect(await listTold(house.db, ...kinds)).toEqual([`${mai} place-opened`])
    // More places let the next ones in, in the same change.
    await house.organizer.post(`${address}/edit`, typedOf(house.program, { places: '3' }))
    for (const client of [mais, theos, adas])
      expect(await pageOf(client, address)).toContain('You have a place.')
    expect(await listTold(house.db, ...kinds)).toEqual([
      `${ada} place-opened`,
      `${mai} place-opened`,
      `${mai} session-changed`,
      `${theo} place-opened`,
    ])
    const fewer = await house.organizer.post(`${address}/edit`, typedOf(house.program, { places: '2' }))
    expect(fewer.statusCode).toBe(422)
    expect(readable(fewer.body)).toContain('3 people have a place already. Enter at least that many places.')
  })

  test('fifty people who register at one moment: no place is given twice, and no one is lost', async () => {
    const house = await aHouse()
    const address = await house.publish({ places: '7', scope: `${house.program}/all` })
    const id = address.split('/').at(-1)!
    const people = await house.db
      .insertInto('people')
      .values(
        Array.from({ length: 50 }, (_, n) => ({ name: `Casey ${n}`, email: `casey${n}@house.example` })),
      )
      .returning(['id', 'name', 'email'])
      .execute()
    const service = await asTheService()
    const viewers = people.map(
      (person): Viewer => ({
        ...person,
        grants: [],
        supervised_program_ids: [],
        administered_program_ids: [],
        trained_program_ids: [],
        unread_notices: 0,
        last_active_on: null,
        owes_data_notice: false,
        has_account_news: false,
        confirmed_at: now,
        session_seconds_left: 0,
        has_second_factor: false,
        reading: null,
      }),
    )
    // Each taps twice.
    await Promise.all([...viewers, ...viewers].map((viewer) => register(service, viewer, id, now)))
    const { rows } = await sql<{ registered: number; people: number; places: number; inOrder: boolean }>`
      select count(*)::int as registered, count(distinct r.person_id)::int as people, count(p.registration_id)::int as places,
        max(r.id) filter (where p.registration_id is not null) < min(r.id) filter (where p.registration_id is null) as "inOrder"
      from instructor_led_registrations r left join instructor_led_places p on p.registration_id = r.id`.execute(
      house.db,
    )
    expect(rows[0]).toEqual({ registered: 50, people: 50, places: 7, inOrder: true })
  })

  test('cancellations never overfill a session, leave a place empty while someone waits or change the order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ leaves: fc.boolean(), who: fc.nat(30) }), { maxLength: 80 }),
        (places, steps) => {
          let seated: number[] = []
          let waiting: number[] = []
          let next = 0
          const given: number[] = []
          for (const { leaves, who } of steps) {
            const everybody = [...seated, ...waiting]
            if (leaves && everybody.length > 0) {
              const gone = everybody[who % everybody.length]!
              seated = seated.filter((one) => one !== gone)
              waiting = waiting.filter((one) => one !== gone)
            } else waiting.push(next++)
            const moved = movingUp(places, seated.length, waiting)
            seated.push(...moved)
            given.push(...moved)
            waiting = waiting.filter((one) => !moved.includes(one))
            expect(seated.length).toBeLessThanOrEqual(places)
            expect(waiting.length === 0 || seated.length === places).toBe(true)
          }
          expect(given).toEqual([...given].sort((a, b) => a - b))
        },
      ),
    )
  })

  test('a canceled session says why, notifies everyone, and takes no more registrations', async () => {
    const house = await aHouse()
    const address = await house.publish()
    const [adas, mais] = [await house.as(ada), await house.as(mai)]
    await join(adas, address)
    const silent = await house.organizer.post(`${address}/cancellation`, { reason: ' ' })
    expect(readable(silent.body)).toContain('Enter a reason. Everyone who registered sees it.')
    await house.organizer.post(`${address}/cancellation`, { reason: 'The instructor is ill.' })
    expect(await pageOf(adas, address)).toContain('This session was canceled: The instructor is ill.')
    const late = await join(mais, address)
    expect(late.statusCode).toBe(409)
    expect(readable(late.body)).toContain('This session was canceled: The instructor is ill.')
    expect(await listTold(house.db, ...kinds)).toEqual([`${ada} session-canceled`])
  })

  test('refusals have a reason: after registration closes, after the start and for each missing field', async () => {
    const house = await aHouse()
    const address = await house.publish({ closes_on: '10/7/2026' })
    const adas = await house.as(ada)
    await join(adas, address)
    house.at('2026-10-08T06:00:00Z')
    expect(readable((await join(await house.as(mai), address)).body)).toContain(
      'Registration closed on October 7, 2026, 11:59 PM Central time.',
    )
    house.at('2026-10-08T14:30:00Z')
    const stays = await giveBack(adas, address)
    expect(readable(stays.body)).toContain('This session has started, so you can’t cancel your registration.')
    const change = await house.organizer.post(`${address}/edit`, typedOf(house.program, { on1: '10/9/2026' }))
    expect(readable(change.body)).toContain('This session has started, so you can’t edit or cancel it.')
    const bad = await house.organizer.post('/sessions', {
      title: 'A day together',
      on1: '10/9/2026',
      from1: '2 pm',
      to1: '1 pm',
      on2: '10/7/2026',
      from2: '9 am',
      to2: '10 am',
      link: 'meet.example',
      instructor_email: 'no-account@health.example',
      places: 'many',
    })
    expect(bad.statusCode).toBe(422)
    for (const message of [
      'Enter the provider of the training.',
      'Enter the instructor.',
      'Enter an end time that is later than the start time.',
      'Enter a date and time in the future.',
      'Enter the full address, starting with https://.',
      'Enter the number of places',
      'No one with this email has an account here.',
      'Choose whether it is about human trafficking',
    ])
      expect(readable(bad.body)).toContain(message)
    expect(bad.body).toContain('value="A day together"')
  })
})

describe('attendance', () => {
  /** Three people with a place, in a session that has started. */
  async function aMorning() {
    const house = await aHouse()
    const address = await house.publish({ places: '5' })
    for (const email of [ada, mai, theo]) await join(await house.as(email), address)
    const early = await house.organizer.get(`${address}/attendance`)
    expect(readable(early.body)).toContain(
      'You can record attendance once the session has started: October 8, 2026, 9:00 AM Central time.',
    )
    const id = {
      ada: await registrationOf(house.db, ada),
      mai: await registrationOf(house.db, mai),
      theo: await registrationOf(house.db, theo),
    }
    const tooSoon = await house.organizer.post(`${address}/attendance`, { [`was-${id.ada}`]: 'present' })
    expect(tooSoon.statusCode).toBe(422)
    house.at('2026-10-08T18:00:00Z')
    const record = (typed: Record<string, string>) => house.organizer.post(`${address}/attendance`, typed)
    return { ...house, address, id, record }
  }

  test('missing too many minutes gives no credit; credit is outside training that someone else must accept', async () => {
    const { db, id, record, address, as } = await aMorning()
    const answer = await record({
      [`was-${id.ada}`]: 'present',
      [`missed-${id.ada}`]: '30',
      [`was-${id.mai}`]: 'present',
      [`missed-${id.mai}`]: '31',
      [`was-${id.theo}`]: 'absent',
    })
    expect(answer.statusCode).toBe(303)
    const [training, ...more] = await trainingsOf(db, ada)
    expect(more).toEqual([])
    expect(training).toMatchObject({
      title: 'Safe Harbor webinars and trainings',
      provider: 'Minnesota Department of Health, Safe Harbor',
      completed_on: '2026-10-08',
      hours: '3.00',
      mastery: 'Cases are discussed, and each person writes an answer.',
      is_human_trafficking: true,
      recorded_by: await personId(db, rae),
    })
    expect([...(await trainingsOf(db, mai)), ...(await trainingsOf(db, theo))]).toEqual([])
    const adas = await as(ada)
    const page = await pageOf(adas, address)
    expect(page).toContain('You are recorded as present.')
    expect(page).toContain('counts once your license holder or agency accepts it')
    expect(await pageOf(await as(mai), address)).toContain(
      'missed 31 minutes. That is too many to get credit.',
    )
    const its = await pageOf(adas, `/training/elsewhere/${training!.id}`)
    expect(its).toContain('once the license holder accepts it')
    expect(its).not.toContain('approved by the commissioner')
    // The person who recorded it can't accept it.
    const own = await (await as(rae)).post(`/training/elsewhere/${training!.id}/decisions`, {
      program: await programId(db, 'North Star House'),
      decision: 'accept',
    })
    expect(own.statusCode).toBe(422)
    const kinds = await db
      .selectFrom('ledger_entries')
      .select('kind')
      .where('kind', 'like', 'attendance%')
      .execute()
    expect(kinds).toHaveLength(3)
  })

  test('a correction has a reason, is a new entry and gives or removes credit', async () => {
    const { db, id, record, address, organizer } = await aMorning()
    await record({ [`was-${id.ada}`]: 'present', [`was-${id.mai}`]: 'absent' })
    const one = (person: number, typed: Record<string, string>) =>
      organizer.post(`${address}/attendance/${person}`, typed)
    expect(readable((await one(id.ada, { outcome: 'absent', reason: '' })).body)).toContain(
      'Enter a reason for the correction.',
    )
    await one(id.ada, { outcome: 'absent', reason: 'Took her for someone else.' })
    await one(id.mai, { outcome: 'present', missed: '10', reason: 'She was there.' })
    const [adas] = await trainingsOf(db, ada)
    expect(adas).toMatchObject({ reason: 'Attendance corrected: Took her for someone else.' })
    expect(adas!.superseded_at).not.toBeNull()
    expect(await trainingsOf(db, mai)).toMatchObject([{ superseded_at: null }])
    const page = await pageOf(organizer, `${address}/attendance/${id.ada}`)
    expect(page).toMatch(/Present, recorded by Rae Halvorsen.*Absent, recorded by Rae Halvorsen. Took her/)
    const ledger = await db
      .selectFrom('ledger_entries')
      .select('kind')
      .orderBy('turn', 'desc')
      .limit(4)
      .execute()
    expect(ledger.map(({ kind }) => kind)).toEqual([
      'outside-training-recorded',
      'attendance-recorded',
      'outside-training-superseded',
      'attendance-recorded',
    ])
    await expect(sql`update instructor_led_attendance set outcome = 'absent'`.execute(db)).rejects.toThrow(
      'append-only',
    )
    // The exported list runs no formulas in a spreadsheet.
    await db.updateTable('people').set({ name: '=1+1' }).where('email', '=', theo).execute()
    const { body } = await organizer.get(`${address}/attendees.csv`)
    const rows = parse(body, { bom: true, columns: true }) as Record<string, string>[]
    expect(rows.map(({ Name, Attendance, Credit }) => [Name, Attendance, Credit])).toEqual([
      ["'=1+1", '', ''],
      ['Ada Lindqvist', 'absent', 'no'],
      ['Mai Vang', 'present', 'yes'],
    ])
  })

  test('recording twice at the same time counts once', async () => {
    const { db, id, record } = await aMorning()
    const typed = { [`was-${id.ada}`]: 'present' }
    await Promise.all([record(typed), record(typed), record(typed)])
    expect(await db.selectFrom('instructor_led_attendance').select('id').execute()).toHaveLength(1)
    expect(await trainingsOf(db, ada)).toHaveLength(1)
  })

  test('an instructor without a role can record attendance, but not their own', async () => {
    const house = await aHouse()
    const address = await house.publish({ instructor_email: theo })
    const theos = await house.as(theo)
    await join(theos, address)
    await join(await house.as(ada), address)
    house.at('2026-10-08T18:00:00Z')
    const own = await theos.post(`${address}/attendance`, {
      [`was-${await registrationOf(house.db, theo)}`]: 'present',
    })
    expect(readable(own.body)).toContain(
      'You can’t record your own attendance. Ask another organizer or the instructor.',
    )
    const other = await theos.post(`${address}/attendance`, {
      [`was-${await registrationOf(house.db, ada)}`]: 'present',
    })
    expect(other.statusCode).toBe(303)
    expect((await theos.get(`${address}/edit`)).statusCode).toBe(404)
  })
})

describe('who sees a session', () => {
  test('Olu at Lakeside cannot find a session only for North Star’s staff; a session for everyone is visible, but its attendance list is not', async () => {
    const house = await aHouse()
    const own = await house.publish()
    const all = await house.publish({ scope: `${house.program}/all`, title: 'For the whole state' })
    const olus = await house.as(olu)
    for (const answer of [await olus.get(own), await join(olus, own), await olus.get(`${own}/attendance`)])
      expect(answer.statusCode).toBe(404)
    const list = await pageOf(olus, '/sessions')
    expect(list).toContain('For the whole state')
    expect(list).not.toContain('Safe Harbor webinars')
    await join(olus, all)
    expect(await pageOf(olus, all)).toContain('You have a place.')
    for (const path of ['/attendance', '/attendees.csv', '/edit', '/cancellation'])
      expect((await olus.get(`${all}${path}`)).statusCode).toBe(404)
    // Sam, a supervisor, can see it. Only the administrator organizes it.
    const sams = await house.as(sam)
    expect((await sams.get(own)).statusCode).toBe(200)
    expect((await sams.get(`${own}/attendance`)).statusCode).toBe(404)
    expect((await sams.get('/sessions/new')).statusCode).toBe(404)
    const visitor = house.visitor()
    expect((await visitor.get(own)).statusCode).toBe(404)
    const open = await visitor.get(all)
    expect(readable(open.body)).toContain('Sign in to register')
    expect(open.body).not.toContain('meet.example')
  })
})
