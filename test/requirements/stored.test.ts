import { expect, test } from 'vitest'
import { addDays, dayOf } from '#server/lib/days.ts'
import { refreshStale } from '#server/requirements/actions.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

test('the demonstration stands as its cast says: Mai due soon, Theo overdue, Ada due before contact', async () => {
  const { db } = await aWorld()
  const ids = await Promise.all(
    ['mai', 'theo', 'ada'].map((name) => personId(db, `${name}@northstar.example`)),
  )
  const rows = await db
    .selectFrom('standings')
    .innerJoin('people', 'people.id', 'standings.person_id')
    .select(['people.name', 'requirement', 'standing'])
    .where('people.id', 'in', ids)
    .orderBy('people.name')
    .orderBy('requirement')
    .execute()
  expect(rows.map(({ name, requirement, standing }) => `${name} ${requirement} ${standing}`)).toEqual([
    'Ada Lindqvist residential-annual not_required',
    'Ada Lindqvist residential-initial due_before_contact',
    'Mai Vang residential-annual due_soon',
    'Mai Vang residential-initial current',
    'Theo Okafor residential-annual overdue',
    'Theo Okafor residential-initial current',
  ])
  const clearances = await db
    .selectFrom('clearances')
    .innerJoin('people', 'people.id', 'clearances.person_id')
    .select(['people.name', 'answer'])
    .where('people.id', 'in', ids)
    .orderBy('people.name')
    .execute()
  expect(clearances.map(({ answer }) => answer)).toEqual(['no', 'yes', 'no'])
})

test('the nightly pass finds exactly those whose verdict changes by itself', async () => {
  const { db, clock } = await aWorld()
  const today = dayOf(clock.now)
  const mai = await personId(db, 'mai@northstar.example')
  await db.deleteFrom('standing_passes').where('person_id', '<>', mai).execute()
  expect(await refreshStale(db, today)).toBe(0)
  const { next_change_on } = await db
    .selectFrom('standing_passes')
    .selectAll()
    .where('person_id', '=', mai)
    .executeTakeFirstOrThrow()
  expect(next_change_on).not.toBeNull()
  expect(await refreshStale(db, addDays(next_change_on!, -1))).toBe(0)
  expect(await refreshStale(db, next_change_on!)).toBe(1)
})
