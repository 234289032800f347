import { expect, test } from 'vitest'
import { dayOf } from '#server/lib/days.ts'
import { keepOverviewDay } from '#server/oversight/licensing/overview.actions.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { clearanceList } from '#server/standings/clearance-list.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { drawTeam } from './drawn-team.ts'
import { addWorker, openReviewOf, programId, readable } from './reviewed.ts'

const now = new Date('2026-06-14T15:00:00Z')

/** Everyone in direct contact today and not cleared, worked out from the facts and not from what is stored. */
async function notCleared({ db, clock }: World, license: string, world: World): Promise<readonly string[]> {
  const today = dayOf(clock.now)
  const program = await programId(world, license)
  const roster = await rosterOn(db, [program], today)
  const ids = roster.people.map(({ person_id }) => person_id)
  const { facts } = await factsOfPeople(db, ids, today)
  const inContact = new Set(
    roster.people
      .filter(({ assignments }) =>
        assignments.some(
          ({ contact, leave }) =>
            contact.some((one) => one.from_on <= today && (one.to_on ?? today) >= today) &&
            !leave.some((one) => one.from_on <= today && (one.to_on ?? today) >= today),
        ),
      )
      .map(({ person_id }) => person_id),
  )
  return clearanceList(roster, facts, program, today)
    .filter(({ person_id, answer }) => inContact.has(person_id) && answer !== 'yes')
    .map(({ name }) => name)
}

const licenses = ['9900001', '9900002']

test('the statewide numbers are those of the law, agree with their lists and file, and name no one', async () => {
  const world = await aWorld({ now })
  for (const [n, license] of licenses.entries())
    await drawTeam(world, await programId(world, license), 30, n + 1)
  const people = (await Promise.all(licenses.map((license) => notCleared(world, license, world)))).flat()
  expect(people.length).toBeGreaterThan(10)
  const lee = await world.as('lee@licensing.example')
  const page = readable((await lee.get('/licensing')).body)
  expect(page).toContain(`${people.length} of `)
  expect(page).toContain('in direct contact aren’t cleared today')
  const sum = /((?:\d+ \+ )*\d+) = (\d+)\./.exec(page)!
  expect(sum[1]!.split(' + ').reduce((total, one) => total + Number(one), 0)).toBe(people.length)
  expect(Number(sum[2])).toBe(people.length)

  const byStatus = [...page.matchAll(/License \w+: (\d+)|License status not on record: (\d+)/g)]
  const certified = Number(/(\d+) certified program/.exec(page)![1])
  expect(byStatus.reduce((total, [, known, unknown]) => total + Number(known ?? unknown), 0)).toBe(certified)
  const active = Number(/License active: (\d+)/.exec(page)![1])
  const rows = (await lee.get('/licensing/overview?show=license-active')).body.match(/<th scope="row">/g)
  expect(rows).toHaveLength(active)

  const list = readable((await lee.get('/licensing/overview?show=gaps')).body)
  const csv = (await lee.get('/licensing/overview.csv')).body.split('\r\n').slice(1, -1)
  expect(csv.reduce((total, line) => total + Number(line.split(',')[8]), 0)).toBe(people.length)
  for (const name of people) {
    expect(page).not.toContain(name)
    expect(list).not.toContain(name)
  }

  // "Never checked" and "ends within 90 days": Lakeside's license was checked, and ends on the 90th day.
  const programsAt = async (show: string) =>
    [
      ...(await lee.get(`/licensing/overview?show=${show}`)).body.matchAll(
        /<th scope="row">[^a]*<a [^>]*>([^<]+)/g,
      ),
    ].map(([, name]) => name)
  expect((await programsAt('unchecked')).toSorted()).toEqual(['Lakeside Home', 'North Star House'])
  expect(await programsAt('ending')).toEqual([])
  const program_id = await programId(world, '9900002')
  const found = async (to_on: string) => {
    await world.db
      .updateTable('license_statuses')
      .set({ superseded_at: world.clock.now })
      .where('program_id', '=', program_id)
      .where('superseded_at', 'is', null)
      .execute()
    const status = { status: 'active', may_operate: true, from_on: '2025-01-01', checked_on: '2026-06-01' }
    await world.db
      .insertInto('license_statuses')
      .values({ program_id, ...status, to_on })
      .execute()
  }
  await found('2026-09-13')
  expect(await programsAt('unchecked')).toEqual(['North Star House'])
  expect(await programsAt('ending')).toEqual([])
  await found('2026-09-12')
  expect(await programsAt('ending')).toEqual(['Lakeside Home'])
})

test('someone whose outside training waits for a decision is counted under that, until it is decided', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const causes = async () => readable((await lee.get('/licensing')).body)
  expect(await causes()).not.toContain('waiting for a decision')
  const theo = await world.db
    .selectFrom('people')
    .select('id')
    .where('email', '=', 'theo@northstar.example')
    .executeTakeFirstOrThrow()
  await world.db
    .insertInto('outside_trainings')
    .values({
      person_id: theo.id,
      title: 'Trafficking awareness',
      completed_on: '2026-06-01',
      is_human_trafficking: true,
      recorded_by: theo.id,
    })
    .execute()
  expect(await causes()).toContain('Outside training waiting for a decision')
  const list = readable((await lee.get('/licensing/overview?show=waiting-for-decision')).body)
  expect(list).toContain('North Star House')
  expect(list).not.toContain('Lakeside Home')
})

test('a day’s counts are kept once, never changed, and shown month by month', async () => {
  const world = await aWorld({ now })
  await keepOverviewDay(world.db, '2026-06-14')
  await keepOverviewDay(world.db, '2026-06-14')
  const kept = await world.db.selectFrom('overview_days').selectAll().execute()
  expect(new Set(kept.map(({ program_id }) => program_id)).size).toBe(kept.length)
  await expect(world.db.deleteFrom('overview_days').execute()).rejects.toThrow('overview_days')
  const lee = await world.as('lee@licensing.example')
  const home = readable((await lee.get('/licensing')).body)
  const [, inContact, short] = /June 14, 2026 (\d+) (\d+)/.exec(home)!
  const day = await lee.get('/licensing/overview/days/2026-06-14')
  expect(readable(day.body)).toContain(`${short} of ${inContact} people in direct contact weren’t cleared`)
  const rows = [...day.body.matchAll(/data-label="Not cleared">(?:<strong>)?(\d+)/g)].map(([, count]) =>
    Number(count),
  )
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(Number(short))
  for (const none of ['2026-06-13', '2026-02-31'])
    expect((await lee.get(`/licensing/overview/days/${none}`)).statusCode).toBe(404)
})

test('a review lists gaps that are open first, each with a link that asks about it', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  await addWorker(world, '9900001', {
    name: 'Aaron Early',
    hired_on: '2026-01-01',
    contact_from: '2026-01-10',
    completed_on: '2026-01-20',
  })
  const review = await openReviewOf(world, lee, '9900001')
  const { body } = await lee.get(`${review}/people`)
  const gaps = readable(body.slice(body.indexOf('Gaps until that day')))
  expect(gaps.indexOf('Theo Okafor')).toBeLessThan(gaps.indexOf('Aaron Early'))
  const [, ask, about] = /href="([^"]+evidence\/new\?person=([0-9a-f-]{36}))">Ask about this/.exec(body)!
  expect((await lee.get(ask!)).body).toMatch(new RegExp(`<option value="${about}" selected>Theo Okafor<`))
})

test('a program’s page begins with its gaps, open ones first, without names', async () => {
  const world = await aWorld({ now })
  const lee = await world.as('lee@licensing.example')
  const page = readable((await lee.get(`/licensing/programs/${await programId(world, '9900001')}`)).body)
  expect(page).toContain('1 person with a gap on record, open today')
  expect(page).toMatch(/Since \w+ \d+, \d{4}/)
  expect(page.indexOf('with a gap on record')).toBeLessThan(page.indexOf('Never checked against'))
  expect(page).not.toContain('Theo Okafor')
})
