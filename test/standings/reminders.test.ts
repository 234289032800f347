import { beforeEach, describe, expect, test } from 'vitest'
import { jobHandlers } from '#server/job-handlers.ts'
import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import { createMail } from '#server/lib/mail.ts'
import type { NotCleared } from '#server/notices/team-kinds.ts'
import { remindedDaysAhead, reminderOf } from '#server/standings/reminders/reminders.ts'
import { isMoot } from '#server/standings/reminders/settle.actions.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { aMailbox } from '#test/support/mailbox.ts'

const mai = 'mai@northstar.example'
const sam = 'sam@northstar.example'
const rae = 'rae@northstar.example'
const lead = 'olu@lakeside.example'

/** Tuesday noon in Minnesota. */
const now = new Date('2026-11-24T18:00:00Z')
const today = dayOf(now)

let world: World

beforeEach(async () => {
  world = await aWorld({ now })
  await deleteNotices()
})

async function deleteNotices(): Promise<void> {
  await world.db.deleteFrom('notice_emails').execute()
  await world.db.deleteFrom('notices').execute()
}

const handlers = async () =>
  jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => world.clock.now,
    catalogue: world.catalogue,
    config: world.config,
    mail: null,
  })

async function morning(day: Day): Promise<void> {
  world.clock.now = new Date(`${day}T14:00:00Z`)
  await (await handlers())['send-reminders']({})
}

const noticesTo = async (email: string, kind: string) =>
  world.db
    .selectFrom('notices')
    .selectAll()
    .where('person_id', '=', await personId(world.db, email))
    .where('kind', '=', kind)
    .orderBy('created_at')
    .execute()

/** The stored standing of Mai's yearly training, as the nightly pass would leave it. */
async function storeDue(due_on: Day, standing = 'due_soon'): Promise<void> {
  const person_id = await personId(world.db, mai)
  const program_id = await programId(world.db, 'North Star House')
  await world.db.deleteFrom('standings').where('person_id', '=', person_id).execute()
  await world.db
    .insertInto('standings')
    .values({
      person_id,
      program_id,
      requirement: 'residential-annual',
      standing,
      due_on,
      rule: 'R5',
      late_days: 0,
      is_late_running: false,
    })
    .execute()
  await world.db
    .updateTable('standing_passes')
    .set({ next_change_on: null })
    .where('person_id', '=', person_id)
    .execute()
}

describe('which reminder a day asks for', () => {
  const due = (due_on: Day) =>
    ({ requirement: 'residential-annual', standing: 'due_soon', due_on, satisfied_on: null }) as const
  const daysWithNewReminder = (from: number) => {
    const keys = new Set<string>()
    const days: number[] = []
    for (let ahead = from; ahead >= 0; ahead--) {
      const reminder = reminderOf(due(addDays(today, ahead)), today)
      // The date moves toward today; its key holds the date, so marks are compared.
      const mark = reminder?.dedupe_key.split(' ').at(-1)
      if (mark && !keys.has(mark)) days.push(ahead)
      if (mark) keys.add(mark)
    }
    return days
  }

  test('it comes 60, 30, 14, 7 days and 1 day ahead, each once', () => {
    expect(remindedDaysAhead).toEqual([60, 30, 14, 7, 1])
    expect(daysWithNewReminder(90)).toEqual([60, 30, 14, 7, 1])
  })

  test('a date that is set late gets the nearest one at once', () => {
    expect(daysWithNewReminder(20)).toEqual([20, 14, 7, 1])
  })

  test('what is done or not required asks for none', () => {
    for (const standing of ['not_required', 'current'] as const)
      expect(
        reminderOf(
          { requirement: 'residential-initial', standing, due_on: today, satisfied_on: today },
          today,
        ),
      ).toBeNull()
  })
})

test('a learner is reminded each morning only of a mark that was passed, and once of an overdue date', async () => {
  const due_on = addDays(today, 31)
  await storeDue(due_on)
  for (const days of [0, 0, 1, 2, 16, 17, 18]) await morning(addDays(today, days))
  expect((await noticesTo(mai, 'training-due')).map(({ dedupe_key }) => dedupe_key)).toEqual([
    `due residential-annual ${due_on} 60`,
    `due residential-annual ${due_on} 30`,
    `due residential-annual ${due_on} 14`,
  ])
  await storeDue(due_on, 'overdue')
  for (const days of [32, 33]) await morning(addDays(today, days))
  expect(await noticesTo(mai, 'training-overdue')).toHaveLength(1)
})

test('a reminder stops the moment it is moot: it no longer counts, and its email is not sent', async () => {
  const mailbox = await aMailbox()
  await storeDue(addDays(today, 5))
  await morning(today)
  const [reminder] = await noticesTo(mai, 'training-due')
  const client = await world.as(mai)
  expect((await client.get('/notices')).body).toContain('You have 1 new message.')
  // The law's own verdict of Mai's facts replaces what was stored: her date is another one.
  const id = await personId(world.db, mai)
  await world.db.transaction().execute((trx) => refreshStandings(trx, [id], today))
  expect((await client.get('/notices')).body).toContain('Done, or no longer needed')
  const mail = createMail(mailbox.url, 'no-reply@house.example')
  const jobs = jobHandlers({
    databaseUrl: '',
    db: await asTheService(),
    clock: () => now,
    catalogue: world.catalogue,
    config: world.config,
    mail,
  })
  await jobs['send-email']({ notice: reminder!.id })
  expect(mailbox.received).toEqual([])
  await mailbox.close()
})

test('just before it is sent, an email is held against what is stored then', async () => {
  await storeDue(addDays(today, 5))
  await morning(today)
  const [reminder] = await noticesTo(mai, 'training-due')
  const isMootNow = () => world.db.transaction().execute((trx) => isMoot(trx, reminder!, today))
  expect(await isMootNow()).toBe(false)
  await storeDue(addDays(today, 370), 'current')
  expect(await isMootNow()).toBe(true)
})

describe('someone in direct contact who is not cleared', () => {
  const storeClearance = async (answer: string, until_on: Day | null) => {
    const id = await personId(world.db, mai)
    await world.db.deleteFrom('clearances').where('person_id', '=', id).execute()
    await world.db
      .insertInto('clearances')
      .values({
        person_id: id,
        program_id: await programId(world.db, 'North Star House'),
        answer,
        until_on,
        because: '',
        contact: 'in',
      })
      .execute()
    await world.db.updateTable('standing_passes').set({ next_change_on: null }).execute()
  }
  /** Olu, who works at another holder, administers all of this one. */
  const makeLead = async () => {
    const { holder_id } = await world.db
      .selectFrom('programs')
      .select('holder_id')
      .where('id', '=', await programId(world.db, 'North Star House'))
      .executeTakeFirstOrThrow()
    const person_id = await personId(world.db, lead)
    await world.db.insertInto('roles').values({ person_id, role: 'program_admin', holder_id }).execute()
  }
  const naming = async (email: string, kind: string) =>
    (await noticesTo(email, kind)).filter(({ facts }) => JSON.stringify(facts).includes('Mai'))

  test('is told to the supervisor the day before, once, to the program’s administrator after 7 days and to the holder’s after 14', async () => {
    await makeLead()
    await storeClearance('yes', today)
    await morning(today)
    await morning(today)
    const [alert, ...more] = await naming(sam, 'not-cleared')
    expect(more).toEqual([])
    expect(alert?.facts).toMatchObject({ on: addDays(today, 1), program: 'North Star House' })
    await storeClearance('no', null)
    await morning(addDays(today, 1))
    expect(await naming(sam, 'not-cleared')).toHaveLength(1)
    await morning(addDays(today, 7))
    expect(await naming(rae, 'not-cleared-long')).toEqual([])
    await morning(addDays(today, 8))
    expect(await naming(rae, 'not-cleared-long')).toHaveLength(1)
    expect(await naming(lead, 'not-cleared-long')).toEqual([])
    await morning(addDays(today, 14))
    expect(await naming(lead, 'not-cleared-long')).toEqual([])
    await morning(addDays(today, 15))
    expect(await naming(lead, 'not-cleared-long')).toHaveLength(1)
    expect(await naming(rae, 'not-cleared-long')).toHaveLength(1)
    await storeClearance('yes', addDays(today, 300))
    await morning(addDays(today, 16))
    expect((await naming(sam, 'not-cleared'))[0]?.moot_at).not.toBeNull()
    expect((await naming(rae, 'not-cleared-long'))[0]?.moot_at).not.toBeNull()
  })

  test('is told to the holder’s administrators after 7 days where the program has none of its own', async () => {
    await makeLead()
    await world.db
      .updateTable('roles')
      .set({ ended_at: now })
      .where('person_id', '=', await personId(world.db, rae))
      .execute()
    await storeClearance('yes', today)
    await morning(today)
    await storeClearance('no', null)
    await morning(addDays(today, 8))
    expect(await naming(lead, 'not-cleared-long')).toHaveLength(1)
    expect(await naming(rae, 'not-cleared-long')).toEqual([])
  })

  test('is told in the transaction that stores the verdict, to the supervisors of that program alone', async () => {
    const people = await world.db.selectFrom('people').select('id').execute()
    await world.db.transaction().execute((trx) =>
      refreshStandings(
        trx,
        people.map(({ id }) => id),
        today,
      ),
    )
    const uncleared = await world.db
      .selectFrom('clearances')
      .select(['person_id', 'program_id'])
      .where('contact', '=', 'in')
      .where('answer', '=', 'no')
      .execute()
    const program = await programId(world.db, 'North Star House')
    const here = uncleared.filter(({ program_id }) => program_id === program)
    expect(here.length).toBeGreaterThan(0)
    const told = (await noticesTo(sam, 'not-cleared')).map(({ facts }) => facts as unknown as NotCleared)
    expect(told.every(({ program_id }) => program_id === program)).toBe(true)
    const ids = told.flatMap(({ on, people: some }) => (on === today ? some.map(({ id }) => id) : []))
    expect(ids.sort()).toEqual(here.map(({ person_id }) => person_id).sort())
  })
})

test('a supervisor sends at most one reminder a day, and sees what was sent', async () => {
  await storeDue(addDays(today, 20))
  const client = await world.as(sam)
  const id = await personId(world.db, mai)
  const page = `/team/${id}`
  expect((await client.get(page)).body).toContain('>Send reminder<')
  for (const done of ['sent', 'sent-today'])
    expect((await client.post(`${page}/reminders`)).headers.location).toBe(`${page}?done=${done}`)
  expect(await noticesTo(mai, 'supervisor-reminder')).toHaveLength(1)
  const body = (await client.get(page)).body
  expect(body).toContain('reminds you of your training due by')
  expect((await (await world.as('olu@lakeside.example')).post(`${page}/reminders`)).statusCode).toBe(404)
})

test('the digest comes on Mondays, and not where there is nothing to say', async () => {
  await world.db.deleteFrom('standings').execute()
  await world.db.deleteFrom('clearances').execute()
  await world.db.updateTable('standing_passes').set({ next_change_on: null }).execute()
  const monday = addDays(today, 6)
  await morning(monday)
  expect(await noticesTo(sam, 'weekly-digest')).toEqual([])
  await storeDue(addDays(monday, 24))
  await morning(addDays(monday, 1))
  expect(await noticesTo(sam, 'weekly-digest')).toEqual([])
  await morning(addDays(monday, 7))
  expect((await noticesTo(sam, 'weekly-digest'))[0]?.facts).toMatchObject({ coming: 1, overdue: 0 })
})

test('a service that was down on Monday sends the digest when it is back in that week, once', async () => {
  await storeDue(addDays(today, 20))
  const monday = addDays(today, 6)
  await morning(today)
  await deleteNotices()
  for (const day of [2, 2, 3, 6]) await morning(addDays(monday, day))
  const keys = async () => (await noticesTo(sam, 'weekly-digest')).map(({ dedupe_key }) => dedupe_key)
  expect(await keys()).toEqual([`digest ${monday}`])
  // A supervisor who had nothing to hear of waits for the next week.
  await deleteNotices()
  await morning(addDays(monday, 6))
  expect(await keys()).toEqual([])
  await morning(addDays(monday, 7))
  expect(await keys()).toEqual([`digest ${addDays(monday, 7)}`])
})
