import { expect, test } from 'vitest'
import { hoursReport, type TrainingHours } from '#server/training/training-hours/training-hours.ts'
import { programId, readable } from '#test/programs/programs.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const training = (name: string, on: string, kind: TrainingHours['kind'], hours: number): TrainingHours => ({
  person_id: name,
  name,
  on,
  kind,
  hours,
})
const cost = (from_on: string, per_hour: number) => ({
  id: from_on,
  from_on,
  per_hour,
  recorded_at: new Date(),
  recorded_by_name: 'Rae',
})

test('hours add up by month and person, each at the cost of its day; hours before the first cost have none', () => {
  const report = hoursReport(
    [
      training('Bo', '2025-12-30', 'courses', 3.7),
      training('Bo', '2026-01-15', 'outside', 2),
      training('Ada', '2026-01-20', 'own', 0.1),
      training('Ada', '2026-01-21', 'own', 0.2),
    ],
    [cost('2026-01-01', 20), cost('2026-01-21', 30)],
    { from_on: '2025-12-01', to_on: '2026-02-10' },
  )
  expect(report.total).toEqual({ courses: 3.7, outside: 2, own: 0.3, hours: 6, cost: 48 })
  expect(report.people.map(({ name, hours, cost }) => [name, hours, cost])).toEqual([
    ['Bo', 5.7, 40],
    ['Ada', 0.3, 8],
  ])
  expect(report.months.map(({ month, hours, cost }) => [month, hours, cost])).toEqual([
    ['2025-12', 3.7, null],
    ['2026-01', 2.3, 48],
    ['2026-02', 0, null],
  ])
  expect(report.lines.map(({ month, name, hours }) => [month, name, hours])).toEqual([
    ['2025-12', 'Bo', 3.7],
    ['2026-01', 'Ada', 0.3],
    ['2026-01', 'Bo', 2],
  ])
})

test('the report counts courses, and outside training once the program accepted it; only its administrator sees it', async () => {
  const world = await aWorld({ now: new Date('2026-11-23T18:00:00Z') })
  const house = await programId(world.db, 'North Star House')
  const base = `/programs/${house}/training-hours`
  const [rae, sam] = [await world.as('rae@northstar.example'), await world.as('sam@northstar.example')]
  const [mai, by] = [
    await personId(world.db, 'mai@northstar.example'),
    await personId(world.db, 'sam@northstar.example'),
  ]
  const { id } = await world.db
    .insertInto('outside_trainings')
    .values({
      person_id: mai,
      recorded_by: by,
      title: 'A webinar',
      completed_on: '2026-03-05',
      hours: 2,
      is_human_trafficking: false,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const march = async () =>
    (await rae.get(`${base}.csv`)).body.split('\r\n').filter((line) => line.startsWith('2026-03,Mai Vang'))
  expect(await march()).toEqual([])
  await world.db
    .insertInto('training_decisions')
    .values({ outside_training_id: id, program_id: house, is_accepted: true, reason: 'Seen', decided_by: by })
    .execute()
  expect(await march()).toEqual(['2026-03,Mai Vang,,0,2,0,2,'])
  const wrong = await rae.post(`${base}/costs`, { per_hour: 'many', cost_from: '1/1/2026' })
  expect([wrong.statusCode, readable(wrong.body)]).toEqual([
    422,
    expect.stringContaining('Enter dollars per hour'),
  ])
  await rae.post(`${base}/costs`, { per_hour: '$24.50', cost_from: '1/1/2026' })
  await rae.post(`${base}/costs`, { per_hour: '25', cost_from: '1/1/2026' })
  expect(await march()).toEqual(['2026-03,Mai Vang,,0,2,0,2,50'])
  const page = readable((await rae.get(base)).body)
  expect(page).toContain('March 2026 – 2 – 2 $50.00')
  expect(page).toMatch(/Mai Vang [\d.]+ 2 – [\d.]+ \$50\.00/)
  expect((await rae.get(`${base}.xlsx`)).rawPayload.subarray(0, 2).toString()).toBe('PK')
  expect((await sam.get(base)).statusCode).toBe(404)
  expect((await (await world.as('olu@lakeside.example')).get(base)).statusCode).toBe(404)
  expect(readable((await rae.get(`${base}?from=1/1/2019&to=2/2/2026`)).body)).toContain('at most five years')
})
