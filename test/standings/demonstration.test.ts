import { expect, test } from 'vitest'
import { fillDemo } from '#server/demo/fill.ts'
import { fillDemoOwnRequirements } from '#server/demo/own-requirements.ts'
import { demoStaff } from '#server/demo/staff.ts'
import { fillDemoVersions } from '#server/demo/versions.ts'
import { gaps } from '#server/law/gaps.ts'
import { dayOf } from '#server/lib/days.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { aWorld } from '#test/support/app.ts'

test('the demo data has no conflicting records, and Ben’s first week of contact is a gap for a reviewer to find', async () => {
  const now = new Date('2026-11-23T18:00:00Z')
  const { db, catalogue, config } = await aWorld({ now, cast: false })
  const residential = catalogue.courses.get('residential-settings') ?? null
  await fillDemo(db, { residential, issuer: config, staff: demoStaff }, now)
  const people = await db.selectFrom('people').select(['id', 'name']).execute()
  const { facts } = await factsOfPeople(
    db,
    people.map(({ id }) => id),
    dayOf(now),
  )
  expect([...facts.values()].flatMap(({ conflicts }) => conflicts)).toEqual([])
  const ben = people.find(({ name }) => name === 'Ben Thorsgaard')!
  const initial = gaps(facts.get(ben.id)!, dayOf(now)).filter(
    ({ requirement }) => requirement === 'residential-initial',
  )
  expect(initial).toMatchObject([{ from: '2025-03-16', to: '2025-03-23', open: false }])
})

test('the demonstration has an approved version and one that is not: completing the second leaves a gap until the first', async () => {
  const now = new Date('2026-11-30T18:00:00Z')
  const { db, catalogue, config } = await aWorld({ now, cast: false })
  const residential = catalogue.courses.get('residential-settings')!
  await fillDemo(db, { residential, issuer: config, staff: demoStaff }, now)
  const approved = await db.selectFrom('course_approvals').select('version').execute()
  expect(approved).toEqual([{ version: residential.current.version }])
  const { id } = await db
    .selectFrom('people')
    .select('id')
    .where('name', '=', 'Noah Petrov')
    .executeTakeFirstOrThrow()
  const { facts } = await factsOfPeople(db, [id], dayOf(now))
  const initial = gaps(facts.get(id)!, dayOf(now)).filter(
    ({ requirement }) => requirement === 'residential-initial',
  )
  expect(initial).toMatchObject([{ from: '2025-12-03', to: '2026-10-30', open: false }])
})

test('in the demonstration Tess, who completed the version before, sees which lessons to read again and why', async () => {
  const { as, db, catalogue, config, clock } = await aWorld()
  await fillDemoVersions(db, catalogue, config, clock.now)
  const home = (await (await as('tess@county.example')).get('/')).body
  expect(home).toContain('Changed since you took it')
  expect(home).toContain('child-protection/changes/2.0.0/response-paths/three-paths')
  expect(home).not.toContain('child-protection/changes/2.0.0/response-paths/tribe-first')
})

test('in the demonstration North Star House asks for more than the law, and Mai’s certificate waits for Rae', async () => {
  const { as, db, clock } = await aWorld()
  await fillDemoOwnRequirements(db, clock.now)
  const home = (await (await as('rae@northstar.example')).get('/team')).body
  expect(home).toContain('1 training for the program’s own requirement to decide')
  expect(home).toContain('Overdue: Mandated reporter training')
})
