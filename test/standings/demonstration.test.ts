import { expect, test } from 'vitest'
import { fillDemo } from '#server/demo/fill.ts'
import { demoStaff } from '#server/demo/staff.ts'
import { gaps } from '#server/law/gaps.ts'
import { dayOf } from '#server/lib/days.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { aWorld } from '#test/support/app.ts'

test('the demo data has no conflicting records, and Ben’s first week of contact is a gap for a reviewer to find', async () => {
  const now = new Date('2026-11-23T18:00:00Z')
  const { db, catalogue, config } = await aWorld({ now, cast: false })
  const residential = catalogue.courses.get('residential-settings')?.current ?? null
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
