import { describe, expect, test } from 'vitest'
import { gaps } from '#server/law/gaps.ts'
import { standing } from '#server/law/standing.ts'
import { dayOf } from '#server/lib/days.ts'
import { factsOfPeople, refreshStandings } from '#server/standings/standings.actions.ts'
import { annual, atNorthStar, done, doneAt } from '#test/law/asking.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const now = new Date('2026-11-23T18:00:00Z')
const today = dayOf(now)

async function workOf({ db }: World, email: string) {
  const person = await personId(db, email)
  const { assignment_id, program_id } = await db
    .selectFrom('assignments')
    .select(['assignment_id', 'program_id'])
    .where('person_id', '=', person)
    .executeTakeFirstOrThrow()
  return { person, assignment_id, program_id }
}

const refresh = ({ db }: World, person: string) =>
  db.transaction().execute((trx) => refreshStandings(trx, [person], today))

test('someone on leave is “on leave” on the team page, in the clearance list and in the API, and never cleared', async () => {
  const world = await aWorld({ now })
  const { person, assignment_id, program_id } = await workOf(world, 'mai@northstar.example')
  await world.db.insertInto('leave_periods').values({ assignment_id, from_on: '2026-11-02' }).execute()
  await refresh(world, person)
  const rae = await world.as('rae@northstar.example')
  const made = await rae.post(`/programs/${program_id}/tokens`, { label: 'Shift planner' })
  const token = /<code>(sht_[\w-]+)<\/code>/.exec(made.body)![1]!
  const api = await world.app.inject({
    url: '/api/clearance',
    headers: { authorization: `Bearer ${token}` },
  })
  const { people } = api.json<{ people: { email: string; answer: string; on_leave: boolean }[] }>()
  expect(people.find(({ email }) => email === 'mai@northstar.example')).toMatchObject({
    answer: 'no',
    on_leave: true,
  })
  const list = await rae.get(`/programs/${program_id}/clearance?search=Mai`)
  expect(list.body).toContain('No, on leave')
  expect(list.body).toContain('Yes: 0')
  expect((await rae.get('/team?search=Mai')).body).toContain('On leave')
  expect((await (await world.as('mai@northstar.example')).get('/')).body).toContain('You’re on leave from')
})

test('two agencies with the same name each have their own standings', async () => {
  const world = await aWorld({ now })
  const { person, program_id: county } = await workOf(world, 'jo@county.example')
  const { holder_id } = await world.db
    .selectFrom('programs')
    .select('holder_id')
    .where('id', '=', county)
    .executeTakeFirstOrThrow()
  const { id: other } = await world.db
    .insertInto('programs')
    .values({ holder_id, kind: 'agency' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await world.db
    .insertInto('program_details')
    .values({ program_id: other, name: 'Example County Social Services', from_on: '2019-01-01' })
    .execute()
  await world.db
    .insertInto('assignments')
    .values({
      person_id: person,
      program_id: other,
      worker_type: 'employee',
      role_title: 'Child protection worker',
      hired_on: '2026-01-05',
      duties_from: '2026-01-05',
    })
    .execute()
  await refresh(world, person)
  const rows = await world.db
    .selectFrom('standings')
    .select(['program_id', 'standing'])
    .where('person_id', '=', person)
    .where('requirement', '=', 'child-protection-foundation')
    .execute()
  expect(new Map(rows.map((row) => [row.program_id, row.standing]))).toEqual(
    new Map([
      [county, 'current'],
      [other, 'overdue'],
    ]),
  )
})

describe('conflicting records', () => {
  test('direct contact before hire gives “unknown” with the days to correct, on every page and in the API', async () => {
    const world = await aWorld({ now })
    const { person, assignment_id, program_id } = await workOf(world, 'mai@northstar.example')
    await world.db
      .insertInto('contact_periods')
      .values({ assignment_id, from_on: '2020-01-06', to_on: '2020-01-07' })
      .execute()
    await refresh(world, person)
    const { facts } = await factsOfPeople(world.db, [person], today)
    const answer = standing(facts.get(person)!, today)
    expect(answer.requirements.map(({ standing }) => standing)).toEqual(['unknown', 'unknown'])
    expect(answer.requirements[0]!.explanation.join(' ')).toContain(
      'direct contact begins on January 6, 2020, before the hire on',
    )
    expect(answer.requirements[0]!.explanation.at(-1)).toContain('correct whichever of these days is wrong')
    expect(answer.clearance[0]).toMatchObject({ answer: 'unknown', until: null })
    expect(answer.clearance[0]!.because[0]).toBe('Not known: records conflict.')
    expect(gaps(facts.get(person)!, today)).toEqual([])
    const rae = await world.as('rae@northstar.example')
    for (const address of [
      '/team?search=Mai',
      `/team/${person}`,
      `/programs/${program_id}/clearance?search=Mai`,
    ])
      expect((await rae.get(address)).body, address).toMatch(/records conflict/i)
    expect((await (await world.as('mai@northstar.example')).get('/')).body).toContain('conflict')
  })
})

test('a training finished at the instant contact resumes was not finished before it', () => {
  const resumed = (at: string) =>
    annual(
      atNorthStar(
        {
          contact: [
            { from: '2024-02-10', to: '2024-12-31' },
            { from: '2025-06-02', from_at: '2025-06-02T08:00:00-05:00' },
          ],
        },
        [done('2024-02-05'), doneAt(at)],
      ),
      '2025-06-03',
    ).late_days
  expect(resumed('2025-06-02T07:59:59-05:00')).toBe(0)
  expect(resumed('2025-06-02T08:00:00-05:00')).toBe(1)
})

test('a training that one program declined and another accepted is accepted', async () => {
  const world = await aWorld({ now })
  const { person, program_id } = await workOf(world, 'mai@northstar.example')
  const other = await world.db
    .selectFrom('programs')
    .select('id')
    .where('id', '<>', program_id)
    .executeTakeFirstOrThrow()
  const { training_id } = await world.db
    .insertInto('outside_trainings')
    .values({
      person_id: person,
      title: 'Trafficking and housing',
      provider: 'A provider',
      completed_on: '2026-11-10',
      is_human_trafficking: true,
      recorded_by: person,
    })
    .returning('id as training_id')
    .executeTakeFirstOrThrow()
  const decide = (programId: string, is_accepted: boolean) =>
    world.db
      .insertInto('training_decisions')
      .values({
        outside_training_id: training_id,
        program_id: programId,
        is_accepted,
        reason: is_accepted ? '' : 'Not about youth',
        decided_by: person,
        decided_at: now,
      })
      .execute()
  await decide(other.id, false)
  await decide(program_id, true)
  const { facts } = await factsOfPeople(world.db, [person], today)
  expect(facts.get(person)!.trainings.at(-1)).toMatchObject({
    title: 'Trafficking and housing',
    accepted: true,
  })
})
