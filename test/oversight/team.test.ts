import { strFromU8, unzipSync } from 'fflate'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { addDays, dayOf, formatDay } from '#server/lib/days.ts'
import { forecast, forecastTitle } from '#server/oversight/team/forecast.ts'
import { listLearningOn } from '#server/oversight/team/learning-on.queries.ts'
import { listTeam, type TeamRow } from '#server/oversight/team/team.queries.ts'
import {
  filtered,
  groups,
  isIn,
  isInMonth,
  needsSomething,
  openDates,
  pageSize,
} from '#server/oversight/team/team.ts'
import { teamAsOf } from '#server/oversight/team/team-as-of.ts'
import { teamFilter } from '#server/oversight/team/team-filter.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { listPrograms } from '#server/standings/clearance.queries.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { factsOfPeople, refreshStandings } from '#server/standings/standings.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { drawTeam } from './drawn-team.ts'

/** The rules' results for everyone in some programs, calculated without stored rows. */
async function computed({ db }: World, programs: readonly string[], on: string): Promise<readonly TeamRow[]> {
  const roster = await rosterOn(db, programs, on)
  const people = roster.people.map(({ person_id }) => person_id)
  const { facts } = await factsOfPeople(db, people, on)
  return teamAsOf({ roster, facts, learning: await listLearningOn(db, people, on, null) }, on)
}

const csvRows = async (client: Client, address: string) =>
  (await client.get(address)).body.trim().split('\r\n').slice(1)

async function xlsxRows(client: Client, address: string): Promise<number> {
  const { rawPayload } = await client.get(address)
  const sheet = strFromU8(unzipSync(rawPayload)['xl/worksheets/sheet1.xml']!)
  return sheet.match(/<row /g)!.length - 1
}

/** Each number on a page, by its label. */
const numbersOn = (body: string) =>
  new Map(
    [...body.matchAll(/show=([a-z0-9-]+)#people"[^>]*><span class="figure-number">([\d,]+)<\/span>/g)].map(
      ([, group, number]) => [group, Number(number!.replace(',', ''))],
    ),
  )

describe("the team page's numbers", () => {
  test('equal the number of rows on the page, in the table and in both exports, for generated teams', async () => {
    for (let round = 0; round < 4; round++) {
      const seed = Math.floor(Math.random() * 2 ** 31)
      const world = await aWorld()
      const program = await programId(world.db, 'North Star House')
      await drawTeam(world, program, 30 + (seed % 60), seed)
      const today = dayOf(world.clock.now)
      const rows = await computed(world, [program], today)
      const sam = await world.as('sam@northstar.example')
      const page = (await sam.get('/team')).body
      const numbers = numbersOn(page)
      expect(page).toContain(`>${numbers.get('cleared')} of ${rows.length} people`)
      for (const group of groups) {
        const behind = rows.filter((row) => isIn(group, row, today))
        const told = [seed, group, behind.length]
        if (!['unknown', 'not-done', 'leave-planned'].includes(group) || behind.length > 0)
          expect([seed, group, numbers.get(group)]).toEqual(told)
        const table = (await sam.get(`/team?show=${group}&page=all`)).body
        expect([seed, group, table.split('<th scope="row"><a href="/team/').length - 1]).toEqual(told)
        expect([seed, group, (await csvRows(sam, `/team.csv?show=${group}`)).length]).toEqual(told)
        expect([seed, group, await xlsxRows(sam, `/team.xlsx?show=${group}`)]).toEqual(told)
      }
      // Everyone is in exactly one group: cleared, not cleared, on leave, or missing information.
      for (const row of rows) {
        const where = (['cleared', 'not-cleared', 'on-leave'] as const).filter((one) => isIn(one, row, today))
        expect([seed, row.name, where.length, row.clearance]).toEqual([seed, row.name, 1, row.clearance])
      }
    }
  }, 120_000)

  test('so do those of the clearance list, own requirements, the roster and training hours', async () => {
    const world = await aWorld()
    const program = await programId(world.db, 'North Star House')
    const seed = Math.floor(Math.random() * 2 ** 31)
    await drawTeam(world, program, 60, seed)
    const rae = await world.as('rae@northstar.example')
    const base = `/programs/${program}`
    const told = (found: readonly number[]) =>
      expect([seed, ...found]).toEqual([seed, ...found.map(() => found[0])])
    const listed = (body: string) => body.split('<th scope="row">').length - 1

    const clearance = (await rae.get(`${base}/clearance`)).body
    const pills = [...clearance.matchAll(/show=(yes|no|unknown)"[^>]*>[\w ]+: ([\d,]+)</g)]
    expect(pills.length).toBeGreaterThan(1)
    for (const [, show, count] of pills) {
      const query = `show=${show}`
      const rows = listed((await rae.get(`${base}/clearance?whole=yes&${query}`)).body)
      const csv = (await csvRows(rae, `${base}/clearance.csv?${query}`)).length
      told([Number(count), rows, csv, await xlsxRows(rae, `${base}/clearance.xlsx?${query}`)])
    }

    const asked = { contact: 'no', schedule: 'same-month', first_days: '0', from_on: '1/1/2020' }
    await rae.post(`${base}/requirements`, { title: 'First aid', ...asked })
    const requirements = (await rae.get(`${base}/requirements`)).body
    const counts = [...requirements.matchAll(/\?(requirement=[0-9a-f-]+)&amp;show=(\w+)#people">(\d+) /g)]
    expect(counts.length).toBeGreaterThan(0)
    for (const [, requirement, show, count] of counts) {
      const query = `${requirement}&show=${show}`
      const csv = (await csvRows(rae, `${base}/requirements.csv?${query}`)).length
      const shown = /role="status">([\d,]+)/.exec((await rae.get(`${base}/requirements?${query}`)).body)![1]
      told([Number(count), Number(shown), csv, await xlsxRows(rae, `${base}/requirements.xlsx?${query}`)])
    }

    const roster = (await rae.get(`${base}/roster`)).body
    const working = Number(/(\d+) (?:person|people)/.exec(roster)![1])
    const pages = await Promise.all([1, 2].map((page) => rae.get(`${base}/roster?page=${page}`)))
    told([
      working,
      pages.reduce((sum, { body }) => sum + body.split('<th scope="row"><a href="').length - 1, 0),
    ])

    const hours = (await rae.get(`${base}/training-hours`)).body
    const people = Number(/hours? by (\d+)/.exec(hours)![1])
    const lines = await csvRows(rae, `${base}/training-hours.csv`)
    told([new Set(lines.map((line) => line.split(',')[1])).size, people])
    told([lines.length, await xlsxRows(rae, `${base}/training-hours.xlsx`)])
  }, 60_000)

  test('per month equal the due dates and completions of the people', async () => {
    const world = await aWorld()
    const program = await programId(world.db, 'North Star House')
    await drawTeam(world, program, 80, 5)
    const today = dayOf(world.clock.now)
    const rows = await listTeam(
      world.db,
      await listPrograms(world.db, [program], today),
      today,
      rulesRevision,
    )
    const months = forecast(rows, today)
    const sum = (of: 'completions' | 'lapses' | 'due') =>
      months.reduce((total, month) => total + month[of], 0)
    const from = `${months[0]!.month}-01`
    const lapses = rows.flatMap(({ standings }) => standings.flatMap((one) => one.lapses))
    expect(months).toHaveLength(24)
    expect(sum('due')).toBe(
      rows.flatMap(openDates).filter((day) => day >= today && day.slice(0, 7) <= months.at(-1)!.month).length,
    )
    expect(sum('completions')).toBe(rows.flatMap(({ completed }) => completed).length)
    expect(sum('lapses')).toBe(lapses.filter((day) => day >= from).length)
    expect(sum('lapses')).toBeGreaterThan(10)
    // The chart and its table.
    const number = (value: number | string) => `\\s*(?:<a [^>]*>)?${value}(?:<span[^<]*</span></a>)?\\s*`
    const page = (await (await world.as('sam@northstar.example')).get('/team')).body
    for (const { label, lapses: lapsed } of months.slice(0, 11))
      expect(page).toMatch(
        new RegExp(
          `${label}</th>\\s*<td class="number">${number('\\d+')}</td>\\s*<td class="number">${number(lapsed)}</td>`,
        ),
      )
    // Each number opens the people behind it, on the page and in the file.
    const sam = await world.as('sam@northstar.example')
    for (const [what, month] of [
      ['due', months.slice(11).find(({ due }) => due > 0)!.month],
      ['completed', months.find(({ completions }) => completions > 0)!.month],
      ['lapsed', months.find((one) => one.lapses > 0)!.month],
    ] as const) {
      const behind = rows.filter((row) => isInMonth({ what, month }, row, today))
      expect(behind.length).toBeGreaterThan(0)
      expect(page).toContain(`/team?what=${what}&amp;month=${month}#people`)
      const shown = (await sam.get(`/team?what=${what}&month=${month}&page=all`)).body
      expect([what, shown.split('<th scope="row"><a href="/team/').length - 1]).toEqual([what, behind.length])
      expect(await csvRows(sam, `/team.csv?what=${what}&month=${month}`)).toHaveLength(behind.length)
    }
  })

  test('come from stored rows that equal the rules’ results, for every generated person', async () => {
    const world = await aWorld()
    const program = await programId(world.db, 'North Star House')
    await drawTeam(world, program, 1500, 11)
    const today = dayOf(world.clock.now)
    const plain = (rows: readonly TeamRow[]) =>
      [...rows]
        .map((row) => ({
          ...row,
          completed: [...row.completed].sort(),
          standings: [...row.standings]
            .map(({ requirement, standing, due_on, satisfied_on, late_days, is_late_running, lapses }) => ({
              ...{ requirement, standing, due_on, satisfied_on, late_days, is_late_running, lapses },
            }))
            .sort((a, b) => a.requirement.localeCompare(b.requirement)),
        }))
        .sort((a, b) => a.person_id.localeCompare(b.person_id))
    const stored = plain(
      await listTeam(world.db, await listPrograms(world.db, [program], today), today, rulesRevision),
    )
    expect(stored).toEqual(plain(await computed(world, [program], today)))
    expect(stored.length).toBeGreaterThan(1500)
    expect(stored.some(({ standings }) => standings.some(({ lapses }) => lapses.length > 0))).toBe(true)
  }, 60_000)

  test('are right from the first minute of a day, before the scheduled refresh has run', async () => {
    const world = await aWorld({ now: new Date('2026-03-31T18:00:00Z') })
    const program = await programId(world.db, 'North Star House')
    await drawTeam(world, program, 60, 23)
    for (const days of [1, 31, 92, 400]) {
      // The refresh has not run, so everything stored is from March.
      world.clock.now = new Date(Date.parse('2026-03-31T18:00:00Z') + days * 86_400_000)
      const sam = await world.as('sam@northstar.example')
      const today = dayOf(world.clock.now)
      const rows = await computed(world, [program], today)
      const numbers = numbersOn((await sam.get('/team')).body)
      for (const group of groups)
        expect([days, group, numbers.get(group) ?? 0]).toEqual([
          days,
          group,
          rows.filter((row) => isIn(group, row, today)).length,
        ])
    }
  }, 60_000)

  test('count a person once who was rehired on the day the earlier employment ended', async () => {
    const world = await aWorld()
    const program = await programId(world.db, 'North Star House')
    const today = dayOf(world.clock.now)
    const theo = await personId(world.db, 'theo@northstar.example')
    const sam = await world.as('sam@northstar.example')
    const before = (await csvRows(sam, '/team.csv')).length
    // A second employment that begins today; the first ends today.
    const { id, assignment_id, ...first } = await world.db
      .selectFrom('assignments')
      .select(['id', 'assignment_id', 'person_id', 'program_id', 'worker_type', 'hired_on'])
      .where('person_id', '=', theo)
      .executeTakeFirstOrThrow()
    await world.db
      .updateTable('assignments')
      .set({ superseded_at: world.clock.now })
      .where('id', '=', id)
      .execute()
    await world.db
      .insertInto('assignments')
      .values([
        { ...first, assignment_id, separated_on: today },
        { ...first, role_title: 'Lead', hired_on: today },
      ])
      .execute()
    await world.db.transaction().execute((trx) => refreshStandings(trx, [theo], today))
    const after = await csvRows(sam, '/team.csv')
    expect(after).toHaveLength(before)
    expect(after.filter((row) => row.includes('Theo Okafor'))[0]).toContain('Lead')
    expect(await computed(world, [program], today)).toHaveLength(before)
  })

  test('a page over a thousand people takes nine statements, including those for the session, approvals, own requirements, saved views and what waits', async () => {
    const world = await aWorld()
    const program = await programId(world.db, 'North Star House')
    await drawTeam(world, program, 1000, 3)
    const sam = await world.as('sam@northstar.example')
    // The day's first request keeps the day on which the role was last used.
    await sam.get('/team')
    const executor = (await asTheService()).getExecutor()
    const original = executor.executeQuery.bind(executor)
    const statements: string[] = []
    executor.executeQuery = (async (...given: Parameters<typeof original>) => {
      statements.push(given[0].sql)
      return original(...given)
    }) as typeof executor.executeQuery
    try {
      const page = await sam.get('/team')
      expect(page.body).toContain('1,003 people')
    } finally {
      executor.executeQuery = original
    }
    // Statements of scheduled jobs don't belong to the page.
    expect(statements.filter((text) => !text.includes('review_packets'))).toHaveLength(9)
  }, 60_000)
})

describe('the table', () => {
  test('keeps search, sort order and page in its address', async () => {
    const world = await aWorld()
    const program = await programId(world.db, 'North Star House')
    await drawTeam(world, program, 120, 9)
    const today = dayOf(world.clock.now)
    const rows = await listTeam(
      world.db,
      await listPrograms(world.db, [program], today),
      today,
      rulesRevision,
    )
    const sam = await world.as('sam@northstar.example')
    const namesAt = async (address: string) =>
      [...(await sam.get(address)).body.matchAll(/<th scope="row"><a href="[^"]*">([^<]+)<\/a>/g)].map(
        ([, name]) => name,
      )
    for (const query of [
      'sort=due',
      'sort=-due',
      'sort=standing&page=2',
      'sort=-active&page=3',
      'search=person+9',
      'show=overdue&sort=-name',
    ]) {
      const filter = teamFilter(Object.fromEntries(new URLSearchParams(query)))
      const from = (Number(filter.page) - 1) * pageSize
      const expected = filtered(rows, filter, today).slice(from, from + pageSize)
      expect([query, await namesAt(`/team?${query}`)]).toEqual([query, expected.map(({ name }) => name)])
      expect(expected.length).toBeGreaterThan(0)
    }
    const dates = filtered(rows, teamFilter({ sort: '-due', page: 'all' }), today).map(
      (row) => openDates(row).toSorted()[0],
    )
    const known = dates.filter((date) => date !== undefined)
    expect(known).toEqual(known.toSorted().toReversed())
    // Role, unit and worker type each leave the people who have it, on the page and in the file.
    for (const [query, behind] of [
      ['role=Night+staff', rows.filter(({ role_title }) => role_title === 'Night staff')],
      ['unit=Nights', rows.filter(({ unit }) => unit === 'Nights')],
      ['worker=employee', rows.filter(({ worker_type }) => worker_type === 'employee')],
      ['worker=student', []],
    ] as const) {
      const names = behind.map(({ name }) => name).toSorted()
      expect([query, (await namesAt(`/team?${query}&page=all`)).toSorted()]).toEqual([query, names])
      expect([query, (await csvRows(sam, `/team.csv?${query}`)).length]).toEqual([query, names.length])
    }
    expect(await namesAt('/team?unit=Nights')).toEqual(['Theo Okafor'])
    expect(dates.slice(0, known.length)).toEqual(known)
  })
})

test('the chart’s title summarizes it, and names no peak month when months are equal', () => {
  const months = (...due: number[]) =>
    Array.from({ length: 24 }, (_, n) => ({
      month: '',
      label: `month ${n - 11}`,
      completions: 0,
      lapses: 0,
      due: due[n - 11] ?? 0,
    }))
  expect(forecastTitle(months(), true)).toBe('Nothing falls due in the year ahead.')
  expect(forecastTitle(months(0, 1), true)).toBe('1 date falls due in the year ahead, in month 1.')
  expect(forecastTitle(months(1, 3, 2), true)).toBe(
    '6 dates fall due in the year ahead, most in month 1 (3).',
  )
  expect(forecastTitle(months(0, 2, 2), false)).toBe(
    '4 dates were to fall due in the year after, the first in month 1.',
  )
})

test('an open due date counts for every requirement', () => {
  const row = (standing: Partial<TeamRow['standings'][number]>) =>
    ({
      name: 'Jo',
      clearance: null,
      is_on_leave: false,
      leave_until: null,
      leave_from: null,
      standings: [
        {
          requirement: 'child-protection-foundation',
          standing: 'current',
          due_on: '2026-08-20',
          satisfied_on: null,
          late_days: 0,
          is_late_running: false,
          lapses: [],
          ...standing,
        },
      ],
    }) as unknown as TeamRow
  const groupsOf = (one: TeamRow) => groups.filter((group) => isIn(group, one, '2026-06-01'))
  expect(groupsOf(row({}))).toEqual(['due-90'])
  expect(groupsOf(row({ due_on: '2026-08-30' }))).toEqual(['due-90'])
  expect(groupsOf(row({ due_on: '2026-08-31' }))).toEqual([])
  expect(groupsOf(row({ standing: 'due_soon', due_on: '2026-07-01' }))).toEqual([
    'due-30',
    'due-60',
    'due-90',
  ])
  expect(groupsOf(row({ satisfied_on: '2026-05-01' }))).toEqual([])
  expect(groupsOf(row({ requirement: 'residential-annual', satisfied_on: '2025-08-09' }))).toEqual(['due-90'])
  expect(groupsOf(row({ standing: 'overdue', due_on: '2026-05-31' }))).toEqual(['overdue'])
})

test('everyone is listed by urgency, then by name', () => {
  const row = (name: string, standing: string, more = {}) =>
    ({
      ...{ name, contact: 'out', clearance: 'yes', is_on_leave: false },
      standings: [{ requirement: 'residential-annual', standing, due_on: null, satisfied_on: null }],
      ...more,
    }) as unknown as TeamRow
  const rows = [
    row('Away', 'overdue', { is_on_leave: true, contact: 'in', clearance: 'no' }),
    row('Cy, current', 'current'),
    row('Bo, current', 'current'),
    row('Ed, due soon', 'due_soon'),
    row('Dee, due soon', 'due_soon'),
    row('Flo, overdue', 'overdue'),
    row('Gus, not cleared', 'overdue', { clearance: 'no' }),
    row('Hal, in contact', 'overdue', { contact: 'in', clearance: 'no' }),
  ]
  const names = filtered(rows, teamFilter({}), '2026-06-01').map(({ name }) => name)
  expect(names).toEqual([
    ...['Hal, in contact', 'Gus, not cleared', 'Flo, overdue', 'Dee, due soon', 'Ed, due soon'],
    ...['Bo, current', 'Cy, current', 'Away'],
  ])
})

test('“Needs something now” begins with direct contact while not cleared, then the most urgent, then the nearest date', () => {
  const row = (name: string, standing: TeamRow['standings'][number]['standing'], due: string, more = {}) =>
    ({
      ...{ name, contact: 'out', clearance: 'yes', is_on_leave: false },
      standings: [
        { requirement: 'residential-annual', standing, due_on: due, satisfied_on: null, lapses: [] },
      ],
      ...more,
    }) as unknown as TeamRow
  const rows = [
    row('current', 'current', '2026-12-31'),
    row('due later', 'due_soon', '2026-07-30'),
    row('due first', 'due_soon', '2026-07-01'),
    row('overdue', 'overdue', '2026-05-31'),
    row('not cleared', 'not_cleared', '2026-06-30'),
    row('on leave', 'overdue', '2026-05-01', { is_on_leave: true, contact: 'in', clearance: 'no' }),
    row('in contact', 'overdue', '2026-05-31', { contact: 'in', clearance: 'no' }),
  ]
  expect(needsSomething(rows).map(({ name }) => name)).toEqual([
    ...['in contact', 'not cleared', 'overdue', 'due first', 'due later'],
  ])
})

describe('another program', () => {
  test('changes no byte of any page of a supervisor without a role in it', async () => {
    const addresses = [
      '/team',
      '/team?search=mai',
      '/team?show=overdue',
      '/team?sort=-due&page=2',
      '/team.csv',
      '/team.csv?on=6/1/2026',
      '/clearance',
      '/programs',
      '/team?program=00000000-0000-0000-0000-000000000000',
      '/team?on=1/15/2026&known=then',
    ]
    const look = async (extra: boolean) => {
      const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
      const north = await programId(world.db, 'North Star House')
      const lakeside = await programId(world.db, 'Lakeside Home')
      const ivy = await personId(world.db, 'ivy@lakeside.example')
      if (extra) {
        await drawTeam(world, north, 12, 3)
        // Ivy also works nights at the other program, and was on leave there.
        const { assignment_id } = await world.db
          .insertInto('assignments')
          .values({
            person_id: ivy,
            program_id: north,
            worker_type: 'contractor',
            role_title: 'Nights',
            hired_on: '2026-08-01',
          })
          .returning('assignment_id')
          .executeTakeFirstOrThrow()
        await world.db
          .insertInto('contact_periods')
          .values({ assignment_id, from_on: '2026-08-02' })
          .execute()
        await world.db
          .insertInto('leave_periods')
          .values({ assignment_id, from_on: '2026-09-01', to_on: '2026-09-09' })
          .execute()
        await world.db.transaction().execute((trx) => refreshStandings(trx, [ivy], dayOf(world.clock.now)))
      }
      const olu = await world.as('olu@lakeside.example')
      const mai = await personId(world.db, 'mai@northstar.example')
      const pages = [
        ...addresses,
        `/team/${mai}`,
        `/team?program=${north}`,
        `/team.csv?program=${north}`,
        `/programs/${north}/clearance`,
        `/programs/${north}/roster`,
        `/programs/${lakeside}/clearance`,
        `/programs/${lakeside}/roster`,
        `/programs/${lakeside}/roster/${ivy}`,
        `/team/${ivy}`,
        `/team/${ivy}?on=10/1/2026`,
      ]
      // Ids and certificate numbers differ in each world.
      const plain = (body: string) =>
        body
          .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
          .replaceAll(/SH-\d{6}/g, 'SH')
          .replaceAll(/data-person="\w+"/g, '')
      return Promise.all(
        pages.map(async (url) => {
          const { statusCode, body } = await olu.get(url)
          return { url: plain(url), statusCode, body: plain(body) }
        }),
      )
    }
    const without = await look(false)
    const withThem = await look(true)
    expect(withThem).toEqual(without)
    for (const { body } of without)
      for (const hidden of ['Mai Vang', 'Theo', 'North Star', 'Nights']) expect(body).not.toContain(hidden)
  }, 60_000)

  test('learners and visitors can’t open a team page', async () => {
    const { as, visitor } = await aWorld()
    expect((await (await as('ada@northstar.example')).get('/team')).statusCode).toBe(404)
    expect((await visitor().get('/team')).statusCode).toBe(303)
  })
})

describe('several programs', () => {
  test('an administrator for a license holder can switch between them, and sees how many people are counted twice', async () => {
    const world = await aWorld()
    const north = await programId(world.db, 'North Star House')
    const prairie = await programId(world.db, 'Prairie Shelter')
    const sam = await personId(world.db, 'sam@northstar.example')
    await world.db
      .insertInto('roles')
      .values({ person_id: sam, role: 'supervisor', program_id: prairie })
      .execute()
    const theo = await personId(world.db, 'theo@northstar.example')
    await world.db
      .insertInto('assignments')
      .values({ person_id: theo, program_id: prairie, worker_type: 'employee', hired_on: '2025-01-01' })
      .execute()
    await world.db.transaction().execute((trx) => refreshStandings(trx, [theo], dayOf(world.clock.now)))
    const client = await world.as('sam@northstar.example')
    const all = (await client.get('/team')).body
    expect(all).toContain('1 person works in more than one program and is counted in each.')
    expect(all).toContain(`href="/team?program=${prairie}"`)
    expect(await csvRows(client, '/team.csv')).toHaveLength(4)
    expect(await csvRows(client, `/team.csv?program=${prairie}`)).toHaveLength(1)
    expect(await csvRows(client, `/team.csv?program=${north}`)).toHaveLength(3)
    // Switching keeps the day and the filter.
    const filteredPage = (await client.get(`/team?on=6/1/2026&show=cleared&program=${north}`)).body
    expect(filteredPage).toContain(`href="/team?on=6%2F1%2F2026&amp;show=cleared&amp;program=${prairie}"`)
  })
})

describe('as of a past day', () => {
  test('the page shows what was true then, and “what was known then” leaves out later records', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const sam = await world.as('sam@northstar.example')
    // Theo's training was completed in September 2025 and due again by September 30, 2026.
    const before = await sam.get('/team.csv?on=9/30/2026&show=overdue')
    expect(before.body).not.toContain('Theo')
    const after = await sam.get('/team.csv?on=10/1/2026&show=overdue')
    expect(after.body).toContain('Theo')
    // A person recorded today as hired in August was not known in August.
    const ada = await personId(world.db, 'ada@northstar.example')
    await world.db
      .insertInto('assignments')
      .values({
        person_id: ada,
        program_id: await programId(world.db, 'North Star House'),
        worker_type: 'volunteer',
        role_title: 'Mentor',
        hired_on: '2026-08-03',
        separated_on: '2026-10-30',
        recorded_at: world.clock.now,
      })
      .execute()
    expect((await sam.get('/team.csv?on=10/1/2026')).body).toContain('Mentor')
    expect((await sam.get('/team.csv?on=10/1/2026&known=then')).body).not.toContain('Mentor')
  })

  test('shows progress and activity as of that day', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const ada = await personId(world.db, 'ada@northstar.example')
    const { current } = world.catalogue.courses.get('residential-settings')!
    const at = (day: string) => new Date(`${day}T18:00:00Z`)
    const { id } = await world.db
      .insertInto('enrollments')
      .values({
        person_id: ada,
        course: current.slug,
        version: current.version,
        content_hash: current.hash,
        started_at: at('2026-11-05'),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const [module, day] of [
      ['one', '2026-11-08'],
      ['two', '2026-11-12'],
    ] as const) {
      const attempt = await world.db
        .insertInto('attempts')
        .values({ enrollment_id: id, module, drawn: '[]', pass_mark: 1, started_at: at(day) })
        .returning('id')
        .executeTakeFirstOrThrow()
      await world.db
        .insertInto('attempt_results')
        .values({ attempt_id: attempt.id, correct: 8, total: 8, is_passed: true, finished_at: at(day) })
        .execute()
    }
    await world.db.updateTable('people').set({ last_active_on: '2026-11-12' }).where('id', '=', ada).execute()
    const sam = await world.as('sam@northstar.example')
    const modules = current.modules.length
    const told = async (day: string) =>
      (await csvRows(sam, `/team.csv?on=${day}&search=ada`)).map((row) => row.split(',').slice(-6, -3))
    expect(await told('2026-11-04')).toEqual([['', '', '2026-11-04']])
    expect(await told('2026-11-10')).toEqual([[`1 of ${modules}`, '2026-11-08', '2026-11-10']])
    expect(await told('2026-11-20')).toEqual([[`2 of ${modules}`, '2026-11-12', '2026-11-20']])
    expect(await told('2026-11-23')).toEqual([[`2 of ${modules}`, '2026-11-12', '2026-11-23']])
  })

  test('a person’s page shows nothing that came later and, as known then, nothing that was not recorded yet', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const theo = await personId(world.db, 'theo@northstar.example')
    const { assignment_id } = await world.db
      .selectFrom('assignments')
      .select('assignment_id')
      .where('person_id', '=', theo)
      .executeTakeFirstOrThrow()
    await world.db
      .insertInto('leave_periods')
      .values({ assignment_id, from_on: '2026-06-01', to_on: '2026-06-20', recorded_at: world.clock.now })
      .execute()
    const sam = await world.as('sam@northstar.example')
    const page = async (query: string) => (await sam.get(`/team/${theo}${query}`)).body
    expect(await page('')).toContain('Leave from North Star House began')
    expect(await page('?on=6/10/2026')).toContain('Leave from North Star House began')
    expect(await page('?on=6/10/2026')).not.toContain('Last day of leave')
    expect(await page('?on=5/31/2026')).not.toContain('Leave from North Star House')
    expect(await page('?on=6/10/2026&known=then')).not.toContain('Leave from North Star House')
    expect(await page(`?on=${addDays('2026-06-10', 0)}`)).toContain(formatDay('2026-06-10'))
  })
})

test('roster rows can be superseded but not updated or deleted, even in the database', async () => {
  const { db } = await aWorld()
  for (const table of [
    'assignments',
    'contact_periods',
    'certifications',
    'license_statuses',
    'program_details',
  ] as const) {
    const change = (what: string) => sql.raw(`update ${table} set ${what}`).execute(db)
    await expect(change(`recorded_at = now()`)).rejects.toThrow('superseded once, never rewritten')
    await expect(sql.raw(`delete from ${table}`).execute(db)).rejects.toThrow('never deleted')
    await expect(sql.raw(`truncate ${table}`).execute(db)).rejects.toThrow('never deleted')
    await expect(change(`superseded_at = now(), reason = 'another'`)).rejects.toThrow('never rewritten')
    await change(`superseded_at = now(), superseded_reason = 'wrong'`)
    await expect(change(`superseded_at = null`)).rejects.toThrow('never rewritten')
  }
})
