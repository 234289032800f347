import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { readModule, takeAssessment } from '#test/support/taking.ts'

const sam = 'sam@northstar.example'
const ada = 'ada@northstar.example'
const mai = 'mai@northstar.example'
const olu = 'olu@lakeside.example'
const ivy = 'ivy@lakeside.example'

// A Tuesday, two in the afternoon in Minnesota.
const start = new Date('2026-10-06T19:00:00Z')
const minutes = (count: number) => count * 60_000

async function aRoom() {
  const world = await aWorld({ now: start })
  const course = world.catalogue.courses.get('residential-settings')!.current
  const leader = await world.as(sam)
  const module = course.modules[0]!
  const later = (count: number) => {
    world.clock.now = new Date(world.clock.now.getTime() + minutes(count))
  }
  return { ...world, course, module, leader, later }
}

type Room = Awaited<ReturnType<typeof aRoom>>

/** Sam creates a session with the form and gets its code. */
async function open(
  room: Pick<Room, 'course' | 'leader' | 'db' | 'module'>,
  typed: Record<string, string> = {},
) {
  const { db, leader, course } = room
  const answer = await leader.post('/group-sessions', {
    module: `${course.slug}/${course.version}/${room.module.slug}`,
    program: await programOf(db),
    place: 'Staff room',
    on: '10/6/2026',
    at: '2:00 pm',
    facilitator: await personId(db, sam),
    ...typed,
  })
  expect(answer.statusCode).toBe(303)
  const address = String(answer.headers.location)
  const { code } = await db
    .selectFrom('group_sessions')
    .select('code')
    .where('id', '=', address.split('/').at(-1)!)
    .executeTakeFirstOrThrow()
  return { address, code }
}

const programOf = async (db: World['db'], name = 'North Star House') =>
  (
    await db
      .selectFrom('program_details')
      .select('program_id')
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
  ).program_id

const join = (client: Client, code: string) => client.post(`/join/${code}/presence`)
const confirm = (client: Client, code: string) => client.post(`/join/${code}/confirmation`)
const close = (client: Client, address: string) => client.post(`${address}/end`, { outcome: 'held' })
const pageOf = async (client: Client, address: string) => readable((await client.get(address)).body)

const finishedOf = async (db: World['db'], email: string) => {
  const { rows } = await sql<{ lesson: string }>`
    select distinct f.module || '/' || f.lesson as lesson from finished_lessons f join enrollments e on e.id = f.enrollment_id
    join people p on p.id = e.person_id where p.email = ${email} order by 1`.execute(db)
  return rows.map(({ lesson }) => lesson)
}

const lessonsOf = ({ module }: Pick<Room, 'module'>) =>
  module.lessons.map(({ slug }) => `${module.slug}/${slug}`).sort()

// Setup reads the courses and builds the assets, which takes longer than the tests.
beforeAll(async () => {
  await aWorld()
})

describe('a module taken as a group', () => {
  test('a participant who confirmed gets credit for the lessons when the session is closed and passes the questions alone', async () => {
    const room = await aRoom()
    const { db, later, leader, course, module } = room
    const { address, code } = await open(room)
    const client = await room.as(ada)
    expect(await pageOf(client, `/join/${code.toLowerCase()}`)).toContain('Join if you are in the room.')
    await join(client, code)
    later(60)
    expect(await pageOf(leader, address)).toMatch(/1 joined, 0 confirmed .* Ada Lindqvist joined at 2:00 PM/)
    expect(await pageOf(client, `/join/${code}`)).toContain('Confirming starts it for you')
    await confirm(client, code)
    expect(await finishedOf(db, ada)).toEqual([])
    await close(leader, address)
    expect(await finishedOf(db, ada)).toEqual(lessonsOf(room))
    expect(await pageOf(client, `/join/${code}`)).toContain(
      `${module.lessons.length} lessons of this module are marked as taken in the group.`,
    )
    // Attendance alone doesn't finish the module. Its questions must be passed.
    const passed = () =>
      db.selectFrom('enrollment_passes').select('module').execute() as Promise<{ module: string }[]>
    expect(await passed()).toEqual([])
    await takeAssessment(db, client, await personId(db, ada), course, module)
    expect(await passed()).toEqual([{ module: module.slug }])
    expect(await pageOf(client, `/courses/${course.slug}`)).toContain('module 2 of 5')
  })

  test('the ledger records who attended which version in which session and when', async () => {
    const room = await aRoom()
    const { db, course, module } = room
    const { address, code } = await open(room)
    const client = await room.as(ada)
    await join(client, code)
    room.later(60)
    await confirm(client, code)
    await close(room.leader, address)
    const id = await personId(db, ada)
    const entries = await db
      .selectFrom('ledger_entries')
      .select(['kind', 'actor_id', 'subject', 'facts'])
      .where('kind', 'like', 'group-%')
      .orderBy('turn')
      .execute()
    const leader = await personId(db, sam)
    expect(entries.map(({ facts: _, ...rest }) => rest)).toEqual([
      { kind: 'group-presence-confirmed', actor_id: id, subject: `person:${id}` },
      {
        kind: 'group-session-ended',
        actor_id: leader,
        subject: `group-session:${address.split('/').at(-1)}`,
      },
      { kind: 'group-lessons-marked', actor_id: leader, subject: `person:${id}` },
    ])
    expect(JSON.parse(entries[2]!.facts)).toMatchObject({
      session_id: address.split('/').at(-1),
      course: course.slug,
      version: course.version,
      content_hash: course.hash,
      module: module.slug,
      own_content_hash: course.hash,
      lessons: module.lessons.map(({ slug, hash }) => ({ lesson: slug, hash })),
      not_the_same: [],
    })
    for (const table of [
      'group_sessions',
      'group_session_ends',
      'group_presences',
      'group_presence_changes',
      'group_lessons',
    ] as const) {
      await expect(sql`delete from ${sql.table(table)}`.execute(db)).rejects.toThrow('append-only')
      await expect(sql`truncate ${sql.table(table)} cascade`.execute(db)).rejects.toThrow('append-only')
    }
  })

  test('a participant who did not confirm gets no credit but can still confirm within a day of the close', async () => {
    const room = await aRoom()
    const { address, code } = await open(room)
    const [adas, mais] = [await room.as(ada), await room.as(mai)]
    await join(adas, code)
    await join(mais, code)
    room.later(90)
    await close(room.leader, address)
    expect(await finishedOf(room.db, ada)).toEqual([])
    room.later(60)
    await confirm(adas, code)
    expect(await finishedOf(room.db, ada)).toEqual(lessonsOf(room))
    room.later(24 * 60)
    const again = await room.as(mai)
    const late = await confirm(again, code)
    expect(late.statusCode).toBe(409)
    expect(readable(late.body)).toContain(
      'This session was closed on October 6, 2026, 3:30 PM Central time. You had a day to confirm your attendance.',
    )
    expect(await finishedOf(room.db, mai)).toEqual([])
  })

  test('joining or confirming twice counts once, even from two tabs at the same time', async () => {
    const room = await aRoom()
    const { code, address } = await open(room)
    const client = await room.as(ada)
    const joined = await Promise.all([join(client, code), join(client, code), join(client, code)])
    expect(joined.map(({ statusCode }) => statusCode)).toEqual([303, 303, 303])
    room.later(60)
    await Promise.all([confirm(client, code), confirm(client, code), close(room.leader, address)])
    await close(room.leader, address)
    expect(await room.db.selectFrom('group_presences').select('id').execute()).toHaveLength(1)
    expect(await room.db.selectFrom('group_presence_changes').select('id').execute()).toHaveLength(1)
    expect(await finishedOf(room.db, ada)).toEqual(lessonsOf(room))
  })

  test('lessons count no faster than the session ran: none after a moment, the first ones after half of it', async () => {
    const room = await aRoom()
    const { address, code } = await open(room)
    const [first, second] = [await room.as(ada), await room.as(mai)]
    await join(first, code)
    room.later(20)
    await join(second, code)
    for (const client of [first, second]) await confirm(client, code)
    await close(room.leader, address)
    const counted = await finishedOf(room.db, ada)
    expect(counted.length).toBeGreaterThan(0)
    expect(counted.length).toBeLessThan(room.module.lessons.length)
    expect(await finishedOf(room.db, mai)).toEqual([])
    expect(await pageOf(first, `/join/${code}`)).toContain('The session was too short for all lessons.')
  })

  test('lessons of a later module count, but its questions stay closed until the earlier ones are passed', async () => {
    const room = await aRoom()
    const second = { ...room, module: room.course.modules[1]! }
    const { address, code } = await open(second)
    const client = await room.as(ada)
    await join(client, code)
    room.later(60)
    await confirm(client, code)
    await close(room.leader, address)
    expect(await finishedOf(room.db, ada)).toEqual(lessonsOf(second))
    expect(await pageOf(client, `/join/${code}`)).toContain(
      'You can answer its questions once you have passed those of module 1.',
    )
    const started = await client.post(`/courses/${room.course.slug}/${second.module.slug}/assessment`)
    expect(String(started.headers.location)).not.toContain('/attempts/')
    await readModule(client, room.course, room.module)
    await takeAssessment(room.db, client, await personId(room.db, ada), room.course, room.module)
    expect((await client.get(`/courses/${room.course.slug}/continue`)).headers.location).toBe(
      `/courses/${room.course.slug}/${second.module.slug}/assessment`,
    )
  })
})

describe('refusals with a reason', () => {
  test('no one can join too early, after the close, after twelve hours or after a cancellation', async () => {
    const room = await aRoom()
    const client = await room.as(ada)
    const refusal = async (code: string) => {
      const answer = await join(client, code)
      expect(answer.statusCode).toBe(409)
      return readable(answer.body)
    }
    const later = await open(room, { at: '4:30 pm' })
    expect(await refusal(later.code)).toContain(
      'This session starts on October 6, 2026, 4:30 PM Central time. You can join from an hour before that.',
    )
    const closed = await open(room)
    room.later(30)
    await close(room.leader, closed.address)
    expect(await refusal(closed.code)).toContain(
      'This session was closed on October 6, 2026, 2:30 PM Central time, so you can’t join it anymore.',
    )
    const off = await open(room)
    const without = await room.leader.post(`${off.address}/end`, { outcome: 'called-off', reason: ' ' })
    expect(without.statusCode).toBe(422)
    expect(readable(without.body)).toContain('Enter a reason. The people who joined see it.')
    await room.leader.post(`${off.address}/end`, { outcome: 'called-off', reason: 'The heating is out.' })
    expect(await refusal(off.code)).toContain('This session was canceled: The heating is out.')
    const forgotten = await open(room)
    room.later(12 * 60)
    const morning = await room.as(ada)
    const answer = await join(morning, forgotten.code)
    expect(readable(answer.body)).toContain('Ask Sam Reyes what to do')
  })

  test('no one can close or confirm a session before it starts, or confirm without joining', async () => {
    const room = await aRoom()
    const { address, code } = await open(room, { at: '2:45 pm' })
    const early = await close(room.leader, address)
    expect(early.statusCode).toBe(422)
    expect(readable(early.body)).toContain('This session has not started yet.')
    const client = await room.as(ada)
    expect(readable((await confirm(client, code)).body)).toContain('Join the session before you confirm.')
    await join(client, code)
    expect(readable((await confirm(client, code)).body)).toContain(
      'You can confirm once the session has started. It starts on October 6, 2026, 2:45 PM Central time.',
    )
  })

  test('a facilitator gets no credit, and no one can confirm for someone else', async () => {
    const room = await aRoom()
    const { address, code } = await open(room)
    const answer = await join(room.leader, code)
    expect(answer.statusCode).toBe(409)
    expect(readable(answer.body)).toContain(
      'You lead this session, so you don’t get credit for attending it.',
    )
    const client = await room.as(ada)
    await join(client, code)
    await confirm(room.leader, code)
    expect(await pageOf(room.leader, address)).toContain('0 confirmed')
    const presence = await room.db.selectFrom('group_presences').selectAll().executeTakeFirstOrThrow()
    const forged = room.db
      .insertInto('group_presence_changes')
      .values({
        presence_id: presence.id,
        person_id: presence.person_id,
        act: 'confirmed',
        acted_by: await personId(room.db, sam),
        acted_at: start,
      })
      .execute()
    await expect(forged).rejects.toThrow('group_presence_acts_check')
  })

  test('an incomplete form shows errors and keeps what was typed', async () => {
    const room = await aRoom()
    const answer = await room.leader.post('/group-sessions', {
      place: 'Kitchen',
      on: '10/5/2026',
      at: 'noonish',
    })
    expect(answer.statusCode).toBe(422)
    const page = readable(answer.body)
    for (const message of [
      'Choose a module.',
      'Enter a date that is today or later.',
      'We can’t read “noonish” as a time.',
      'Choose a facilitator.',
    ])
      expect(page).toContain(message)
    expect(answer.body).toContain('value="Kitchen"')
  })
})

describe('a participant who left early', () => {
  test('gets no credit; a reason is required; and a correction is a new row', async () => {
    const room = await aRoom()
    const { db, leader } = room
    const { address, code } = await open(room)
    const client = await room.as(ada)
    await join(client, code)
    await confirm(client, code)
    const { id } = await db.selectFrom('group_presences').select('id').executeTakeFirstOrThrow()
    const acts = `${address}/presences/${id}/acts`
    const silent = await leader.post(acts, { act: 'left', reason: '' })
    expect(silent.statusCode).toBe(422)
    expect(readable(silent.body)).toContain(
      'Enter a reason, so that Ada Lindqvist and others can understand the change.',
    )
    await leader.post(acts, { act: 'left', reason: 'Called to the floor.' })
    room.later(60)
    await close(leader, address)
    expect(await finishedOf(db, ada)).toEqual([])
    expect(await pageOf(client, `/join/${code}`)).toContain(
      'Sam Reyes recorded that you left before the end: Called to the floor.',
    )
    await leader.post(acts, { act: 'stayed', reason: 'It was someone else.' })
    expect(await finishedOf(db, ada)).toEqual(lessonsOf(room))
    // Discovered later: the session's credit is removed, and nothing else is lost.
    await leader.post(acts, { act: 'left', reason: 'The camera shows it.' })
    expect(await finishedOf(db, ada)).toEqual([])
    expect(await pageOf(leader, `${address}/presences/${id}`)).toMatch(
      /Called to the floor\..*It was someone else\..*The camera shows it\./,
    )
    expect(await db.selectFrom('group_lessons').select('lesson').execute()).toHaveLength(
      room.module.lessons.length,
    )
  })
})

describe('who sees a session', () => {
  test('Olu at Lakeside cannot find North Star’s session, and Lakeside’s staff cannot use its code', async () => {
    const room = await aRoom()
    const { address, code } = await open(room)
    const client = await room.as(ada)
    await join(client, code)
    const { id } = await room.db.selectFrom('group_presences').select('id').executeTakeFirstOrThrow()
    const other = await room.as(olu)
    for (const path of [address, `${address}/presences/${id}`])
      expect((await other.get(path)).statusCode).toBe(404)
    expect((await close(other, address)).statusCode).toBe(404)
    expect(
      (await other.post(`${address}/presences/${id}/acts`, { act: 'left', reason: 'x' })).statusCode,
    ).toBe(404)
    expect(await pageOf(other, '/group-sessions')).not.toContain('Staff room')
    for (const stranger of [other, await room.as(ivy)]) {
      for (const answer of [
        await stranger.get(`/join/${code}`),
        await stranger.get(`/join?code=${code}`),
        await join(stranger, code),
        await stranger.get('/join/222222'),
      ]) {
        expect(answer.statusCode).toBe(404)
        expect(readable(answer.body)).toContain('No session of your program has that code.')
        expect(answer.body).not.toContain('Staff room')
      }
    }
    const theirs = await other.post('/group-sessions', {
      program: await programOf(room.db),
      place: 'Hall',
    })
    expect(readable(theirs.body)).toContain('Choose the program whose staff takes part.')
  })

  test('guessing codes is rate limited per person, not per IP address, whichever web process answers', async () => {
    const room = await aRoom()
    const { code } = await open(room)
    const [guesser, client] = [await room.as(mai), await room.as(ada)]
    const tried = []
    for (let n = 0; n < 62; n++) tried.push((await guesser.get('/join/222222')).statusCode)
    expect(tried.slice(0, 60).every((status) => status === 404)).toBe(true)
    expect(tried.at(-1)).toBe(429)
    expect(Number((await guesser.get(`/join/${code}`)).headers['retry-after'])).toBeGreaterThan(0)
    // All web processes count in one place.
    const counted = await room.db
      .selectFrom('sign_in_attempts')
      .where('subject', 'like', 'join:%')
      .select('level')
      .execute()
    expect(counted.map(({ level }) => Math.round(level))).toEqual([60])
    expect((await join(client, code)).statusCode).toBe(303)
  })

  test('a code that is too short or empty is answered beside the field, with what was typed', async () => {
    const client = await (await aRoom()).as(mai)
    const short = await client.get('/join?code=7km')
    expect(short.statusCode).toBe(422)
    expect(short.body).toContain('The code has six letters and digits. You typed 3.')
    expect(short.body).toContain('value="7km"')
    expect((await client.get('/join?code=')).body).toContain('Type the code that your facilitator shows.')
    const unknown = await client.get('/join?code=7km-2rt')
    expect(unknown.statusCode).toBe(404)
    expect(unknown.body).toContain('No session of your program has that code.')
  })

  test('a learner cannot create sessions, and a visitor signs in first and returns to the code', async () => {
    const room = await aRoom()
    const { address, code } = await open(room)
    const client = await room.as(ada)
    expect((await client.get('/group-sessions')).statusCode).toBe(404)
    expect((await client.get(address)).statusCode).toBe(404)
    expect((await room.visitor().get(`/join/${code}`)).headers.location).toBe(
      `/sign-in?next=${encodeURIComponent(`/join/${code}`)}`,
    )
    const cross = await client.post(`/join/${code}/presence`, {}, { 'sec-fetch-site': 'cross-site' })
    expect(cross.statusCode).toBe(403)
  })
})

test('a group takes a refresher’s cases and changes together, and never what is each person’s own', async () => {
  const room = await aRoom()
  const { body } = await room.leader.get('/group-sessions/new')
  const { course, choices } = {
    course: room.catalogue.courses.get('residential-refresher')!.current,
    choices: [...body.matchAll(/value="residential-refresher\/[^/"]+\/([^"]+)"/g)].map(
      ([, module]) => module,
    ),
  }
  expect(choices).toEqual(
    course.modules.filter(({ part }) => part === 'cases' || part === 'changes').map(({ slug }) => slug),
  )
  const [diagnostic] = course.modules
  const own = await room.leader.post('/group-sessions', {
    module: `${course.slug}/${course.version}/${diagnostic!.slug}`,
  })
  expect(own.statusCode).toBe(422)
  expect(await room.db.selectFrom('group_sessions').selectAll().execute()).toEqual([])
})
