import { beforeAll, expect, test } from 'vitest'
import { titleOn, withTitle } from '#server/programs/roster/employment/role-titles.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld, type Client, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

let world: World
let rae: Client
let theo: string
let row: string
let base: string

beforeAll(async () => {
  world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  rae = await world.as('rae@northstar.example')
  theo = await personId(world.db, 'theo@northstar.example')
  base = `/programs/${await programId(world.db, 'North Star House')}/roster`
  const { assignment_id } = await world.db
    .selectFrom('assignments')
    .select('assignment_id')
    .where('person_id', '=', theo)
    .executeTakeFirstOrThrow()
  row = assignment_id
})

const change = (role_title: string, from_on: string, confirmed = '') =>
  rae.post('/team/changes/role', { row, role_title, from_on, confirmed, back: base, reason: 'New job' })
const titleIn = async (file: string) => {
  const line = (await rae.get(file)).body.split('\r\n').find((one) => one.includes('Theo'))
  return ['Night staff', 'Night lead', 'House manager'].find((title) => line?.includes(title))
}

test('a title on a day is the last that began by then; the same title again is left out', () => {
  const hired = { role_title: 'Cook', hired_on: '2026-01-05', later_titles: [] }
  const lead = { ...hired, ...withTitle(hired, 'Lead', '2026-06-01') }
  expect(['2026-05-31', '2026-06-01'].map((day) => titleOn(lead, day))).toEqual(['Cook', 'Lead'])
  const planned = { ...lead, ...withTitle(lead, 'Manager', '2027-01-01') }
  expect(withTitle(planned, 'Cook', '2026-06-01').later_titles).toEqual([
    { from_on: '2027-01-01', role_title: 'Manager' },
  ])
  expect(withTitle(planned, 'Chef', '2026-01-05')).toMatchObject({ role_title: 'Chef' })
})

test('a role title changes from a day on: pages and files of a day show that day’s, and a planned one takes effect by itself', async () => {
  expect(readable((await change('Night lead', '1/1/2020')).body)).toContain('before the day of hire')
  expect(readable((await change('Night staff', '6/1/2026')).body)).toContain(
    'the role title on that day already',
  )
  const preview = readable((await change('Night lead', '6/1/2026')).body)
  expect(preview).toContain('Role title from June 1, 2026: Night staff → Night lead')
  const saved = await change('Night lead', '6/1/2026', 'yes')
  expect(saved.headers.location).toBe(`${base}?told=changed-1`)
  expect(readable((await rae.get(saved.headers.location as string)).body)).toContain('Recorded for 1 person.')
  expect(readable((await change('House manager', '1/4/2027')).body)).toContain('to come')
  await change('House manager', '1/4/2027', 'yes')

  expect(await titleIn('/team.csv')).toBe('Night lead')
  expect(await titleIn('/team.csv?on=5/31/2026')).toBe('Night staff')
  // On that day, no one knew of it.
  expect(await titleIn('/team.csv?on=7/1/2026')).toBe('Night lead')
  expect(await titleIn('/team.csv?on=7/1/2026&known=then')).toBe('Night staff')
  expect(await titleIn(`${base}.csv`)).toBe('Night lead')
  expect(await titleIn(`${base.replace('roster', 'clearance')}.csv`)).toBe('Night lead')
  expect(readable((await rae.get(`${base}?search=night lead`)).body)).toContain('Theo Okafor')

  const page = readable((await rae.get(`/team/${theo}`)).body)
  expect(page).toContain('Night lead at North Star House')
  expect(page).toContain(
    'Night staff from the first day; Night lead from June 1, 2026; House manager from January 4, 2027',
  )
  expect(page).toContain('Role title at North Star House becomes House manager')
  expect(page).toContain('later role titles, none → Night lead from June 1, 2026')

  const now = world.clock.now
  world.clock.now = new Date('2027-01-05T18:00:00Z')
  rae = await world.as('rae@northstar.example')
  expect(await titleIn('/team.csv')).toBe('House manager')
  expect(await titleIn(`${base}.csv`)).toBe('House manager')
  world.clock.now = now
  rae = await world.as('rae@northstar.example')
})

test('the roster page records changes for the rows that are checked, but not for one’s own or those who left', async () => {
  const page = (await rae.get(base)).body
  expect(page).toContain(`value="${row}"`)
  expect(page).toContain('formaction="/team/changes/separation"')
  const sam = (await (await world.as('sam@northstar.example')).get(base)).body
  expect(sam).toContain('formaction="/team/changes/leave"')
  expect(sam).not.toContain('formaction="/team/changes/separation"')
  const form = (await rae.get(`/team/changes/unit?row=${row}&back=${encodeURIComponent(`${base}?show=all`)}`))
    .body
  expect(form).toContain(`<p class="trail"><a href="${base}?show=all">Roster</a></p>`)
  const elsewhere = (await rae.get(`/team/changes/unit?row=${row}&back=//evil.example/roster`)).body
  expect(elsewhere).toContain('<p class="trail"><a href="/team">Team</a></p>')
  expect((await rae.get(`${base}?on=6/1/2026`)).body).not.toContain('/team/changes/')
})
