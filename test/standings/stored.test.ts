import { setTimeout as after } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doneBy } from '#server/law/facts/as-known.ts'
import { gaps } from '#server/law/gaps.ts'
import { nextChangeOn, upcoming } from '#server/law/next-change.ts'
import { addDays, dayOf } from '#server/lib/days.ts'
import { refreshStale, refreshStandings } from '#server/standings/standings.actions.ts'
import { facts } from '#test/law/asking.ts'
import { drawnDay, drawnFacts } from '#test/law/drawn-facts.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { lapsingLives } from './lapsing-lives.ts'

test('in the demo data, Mai is due soon, Theo is overdue and Ada is due before contact', async () => {
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

test('the nightly refresh finds exactly the people whose verdict changes with the date', async () => {
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

test('stored lapse days stay correct until the verdict changes, in generated lives', () => {
  const lapses = (life: ReturnType<typeof facts>, on: string) =>
    gaps(life, on).map(({ requirement, program, from }) => `${requirement} ${program} ${from}`)
  fc.assert(
    fc.property(drawnFacts, drawnDay, (written, on) => {
      // Later completions are changes of facts, which recalculate the verdicts.
      const life = doneBy(facts(written), on)
      const stored = lapses(life, on)
      const next = nextChangeOn(upcoming(life, on)) ?? addDays(on, 400)
      for (let day = on; day < next && day < addDays(on, 400); day = addDays(day, 7))
        expect(lapses(life, day)).toEqual(stored)
    }),
    { numRuns: 60, examples: lapsingLives },
  )
}, 60_000)

test('when a refresh and a roster change run at the same time, the later one sees the earlier one’s rows', async () => {
  const { db, clock } = await aWorld()
  const today = dayOf(clock.now)
  const mai = await personId(db, 'mai@northstar.example')
  const { assignment_id } = await db
    .selectFrom('assignments')
    .select('assignment_id')
    .where('person_id', '=', mai)
    .executeTakeFirstOrThrow()
  await db.updateTable('standing_passes').set({ ruleset: 'earlier' }).where('person_id', '=', mai).execute()
  let pass: Promise<number> | undefined
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('leave_periods').values({ assignment_id, from_on: today }).execute()
    await refreshStandings(trx, [mai], today)
    // The refresh starts before this change is committed, and must wait for it.
    pass = refreshStale(db, today)
    await after(300)
  })
  expect(await pass).toBe(1)
  const { contact } = await db
    .selectFrom('clearances')
    .select('contact')
    .where('person_id', '=', mai)
    .executeTakeFirstOrThrow()
  expect(contact).toBe('leave')
})
