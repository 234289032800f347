import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  type ClearanceFilter,
  type ClearanceLine,
  clearancePage,
  peopleAPage,
  shownLine,
} from '#server/standings/clearance-list.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { aWorld, type World } from '#test/support/app.ts'

const line = (name: string, answer: ClearanceLine['answer'], role_title = ''): ClearanceLine => ({
  person_id: name,
  name,
  email: `${name}@north.example`,
  role_title,
  unit: '',
  answer,
  until: null,
  on_leave: false,
  because: () => [
    answer === 'yes' ? 'Yes, until May 31, 2027.' : `${name}: first.`,
    'A fact.',
    'Next: do this.',
  ],
})
const pageOf = (lines: readonly ClearanceLine[], asked: ClearanceFilter) => {
  const { shown, ...page } = clearancePage(lines, asked)
  return { ...page, lines: shown.map((one) => shownLine(one, asked.isWhole)) }
}
const filter = { show: null, search: '', page: 1, isWhole: false } as const

describe('a page of the shift list', () => {
  const lines = [
    ...Array.from({ length: 70 }, (_, index) => line(`Yes ${index}`, 'yes')),
    ...Array.from({ length: 60 }, (_, index) => line(`No ${index}`, 'no', 'Night counselor')),
    line('Zoë Nuñez', 'unknown'),
  ]

  test('shows fifty people, and its counts cover everyone', () => {
    const page = pageOf(lines, filter)
    expect(page).toMatchObject({ of: 131, yes: 70, total: 131, pages: { current: 1, last: 3 } })
    expect(page.lines).toHaveLength(peopleAPage)
    const all = [1, 2, 3].flatMap((number) => pageOf(lines, { ...filter, page: number }).lines)
    expect(all.map(({ name }) => name)).toEqual(lines.map(({ name }) => name))
    expect(pageOf(lines, { ...filter, page: 99 }).pages.current).toBe(3)
  })

  test('filters by one answer, and finds names and roles in any case or accents', () => {
    const names = (change: Partial<ClearanceFilter>) =>
      pageOf(lines, { ...filter, ...change }).lines.map(({ name }) => name)
    expect(pageOf(lines, { ...filter, show: 'no' }).total).toBe(60)
    expect(names({ search: 'zoe nunez' })).toEqual(['Zoë Nuñez'])
    expect(names({ show: 'yes', search: 'night' })).toEqual([])
    expect(pageOf(lines, { ...filter, search: 'counselor' }).found).toEqual([
      { answer: 'yes', count: 0 },
      { answer: 'no', count: 60 },
      { answer: 'unknown', count: 0 },
    ])
  })

  test('shows the next step unless the answer is yes, and collapses how it was worked out', () => {
    const [yes] = pageOf(lines, { ...filter, show: 'yes' }).lines
    expect(yes).toMatchObject({ first: '', next: '', more: ['A fact.', 'Next: do this.'] })
    const [no] = pageOf(lines, { ...filter, show: 'no' }).lines
    expect(no).toMatchObject({ first: 'No 0: first.', next: 'Next: do this.', more: ['A fact.'] })
  })

  test('says so when the answer is yes because no training is required', () => {
    const uncertified = {
      ...line('Ada', 'yes'),
      because: () => ['Yes, as far as this training is concerned: …'],
    }
    expect(pageOf([uncertified], filter).lines[0]!.first).toContain('as far as this training')
  })

  test('shows everyone on one page for printing, one line each', () => {
    const page = pageOf(lines, { ...filter, isWhole: true })
    expect(page.lines).toHaveLength(131)
    expect(page.lines.every(({ more }) => more.length === 0)).toBe(true)
  })

  test('writes sentences only for the people it shows', () => {
    let written = 0
    const watched = lines.map((each) => ({
      ...each,
      because: () => {
        written++
        return each.because()
      },
    }))
    pageOf(watched, filter)
    expect(written).toBe(50)
  })
})

describe('the list of a program with three hundred people', () => {
  test('has pages, keeps its filters in its address, and prints in full', async () => {
    const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
    const program = await threeHundred(world)
    const sam = await world.as('sam@northstar.example')
    const address = `/programs/${program}/clearance`
    const rows = (body: string) => body.split('<th scope="row">').length - 1
    const first = (await sam.get(address)).body
    expect(first).toContain('<strong>1 of 303 people</strong>')
    expect(rows(first)).toBe(50)
    expect(first).toContain('Page 1 of 7')
    expect(first).toContain('Next: ')
    // Once stored, the counts come from what is stored, and the page is the same.
    const { rows: people } = await sql<{ id: string }>`
      select id from people where email like '%@many.example'`.execute(world.db)
    const ids = people.map(({ id }) => id)
    await world.db.transaction().execute((trx) => refreshStandings(trx, ids, '2026-11-23'))
    const main = (page: string) => page.slice(page.indexOf('<main'))
    expect(main((await sam.get(address)).body)).toBe(main(first))
    const cleared = (await sam.get(`${address}?show=yes`)).body
    expect(rows(cleared)).toBe(1)
    const found = (await sam.get(`${address}?search=person+77`)).body
    expect(rows(found)).toBe(3)
    expect(found).toContain('3 of 303 people')
    const whole = (await sam.get(`${address}?whole=yes&show=no`)).body
    expect(rows(whole)).toBe(302)
    expect((await sam.get(`${address}?search=no+one+at+all`)).body).toContain(
      'Change the search or the filter.',
    )
    const odd = await sam.get(`${address}?page=-3&show=maybe&on=13%2F45%2F2026`)
    expect(odd.statusCode).toBe(422)
    expect(rows(odd.body)).toBe(50)
  }, 60_000)
})

/** Adds three hundred people at North Star House, in direct contact and without the training. */
async function threeHundred({ db }: World): Promise<string> {
  const { program_id } = await db
    .selectFrom('program_details')
    .select('program_id')
    .where('name', '=', 'North Star House')
    .executeTakeFirstOrThrow()
  await sql`
    with persons as (insert into people (name, email) select 'Person ' || n, n || '@many.example'
      from generate_series(1, 300) n returning id),
    work as (insert into assignments (person_id, program_id, worker_type, hired_on)
      select id, ${program_id}::uuid, 'employee', '2024-01-01' from persons returning assignment_id)
    insert into contact_periods (assignment_id, from_on) select assignment_id, '2024-02-01' from work`.execute(
    db,
  )
  return program_id
}
