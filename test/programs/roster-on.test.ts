import { describe, expect, test } from 'vitest'
import { contradictionsIn } from '#server/law/facts/contradictions.ts'
import { rosterOn, workOfPeople } from '#server/programs/roster/employment/roster.queries.ts'
import { writtenFactsOf } from '#server/standings/person-facts.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { programId } from './programs.ts'

describe('the roster on a day', () => {
  test('lists everyone who works there that day, and no one else', async () => {
    const { db } = await aWorld()
    const northStar = await programId(db, 'North Star House')
    const roster = await rosterOn(db, [northStar], '2100-01-01')
    expect(roster.programs).toMatchObject([
      {
        name: 'North Star House',
        holder: 'North Star Youth Services',
        certifications: [{ type: 'st-cse-at-risk' }],
      },
    ])
    expect(roster.people.map(({ name }) => name)).toEqual(['Ada Lindqvist', 'Mai Vang', 'Theo Okafor'])
    const before = await rosterOn(db, [northStar], '2010-01-01')
    expect(before.people).toEqual([])
    const ever = await rosterOn(db, [northStar], '2010-01-01', null, { everyone: true })
    expect(ever.people).toHaveLength(3)
  })

  test('as known on an earlier day, a period whose end was recorded later is still open', async () => {
    const { db } = await aWorld()
    const northStar = await programId(db, 'North Star House')
    const mai = await personId(db, 'mai@northstar.example')
    const [row] = await db.selectFrom('assignments').selectAll().where('person_id', '=', mai).execute()
    // Eleven in the evening of June 3 in Minnesota is June 4 in Greenwich.
    const at = new Date('2024-06-04T04:00:00Z')
    await db
      .updateTable('assignments')
      .set({ superseded_at: row!.recorded_at })
      .where('id', '=', row!.id)
      .execute()
    const known = { ...row!, later_titles: '[]', assignment_id: crypto.randomUUID(), hired_on: '2024-01-02' }
    await db
      .insertInto('assignments')
      .values([
        {
          ...known,
          id: crypto.randomUUID(),
          recorded_at: new Date('2024-01-05T18:00:00Z'),
          superseded_at: at,
        },
        { ...known, id: crypto.randomUUID(), separated_on: '2024-05-31', recorded_at: at },
      ])
      .execute()
    const endOn = async (asKnownOn: string | null) => {
      const { people } = await rosterOn(db, [northStar], '2024-05-20', asKnownOn)
      return people
        .find(({ person_id }) => person_id === mai)
        ?.assignments.map(({ separated_on }) => separated_on)
    }
    expect(await endOn(null)).toEqual(['2024-05-31'])
    expect(await endOn('2024-06-03')).toEqual(['2024-05-31'])
    expect(await endOn('2024-06-02')).toEqual([null])
    expect(await endOn('2024-01-04')).toBeUndefined()
  })

  test('gives the rules facts that don’t contradict each other', async () => {
    const { db } = await aWorld()
    const roster = await rosterOn(db, [await programId(db, 'North Star House')], '2100-01-01')
    for (const { person_id } of roster.people) {
      const facts = writtenFactsOf(roster, person_id, undefined, new Map())
      expect(contradictionsIn(facts)).toEqual([])
      expect(facts.assignments).toHaveLength(1)
    }
    const county = await workOfPeople(db, [await personId(db, 'jo@county.example')], '2100-01-01')
    const agency = await programId(db, 'Example County Social Services')
    expect(writtenFactsOf(county, county.people[0]!.person_id, undefined, new Map())).toMatchObject({
      programs: [],
      assignments: [],
      child_protection: [{ agency, agency_name: 'Example County Social Services', duties_to: null }],
    })
  })
})
