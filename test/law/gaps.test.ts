import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gaps } from '#server/law/gaps.ts'
import { findings } from '#server/law/standing.ts'
import { addDays } from '#server/lib/days.ts'
import { atNorthStar, done, doneAt, elsewhere, facts } from './asking.ts'
import { drawnDay, drawnFacts, firstDay } from './drawn-facts.ts'

describe('the gap history', () => {
  test('is empty if everything was done on time', () => {
    expect(gaps(facts(atNorthStar({}, [done('2024-02-05'), done('2025-02-03')])), '2025-06-01')).toEqual([])
    expect(gaps(facts({}), '2025-06-01')).toEqual([])
  })

  test('lists contact before the initial training, including the day of completion', () => {
    expect(gaps(facts(atNorthStar({}, [done('2024-02-11')])), '2025-01-01')).toEqual([
      {
        requirement: 'residential-initial',
        program: 'north-star',
        from: '2024-02-10',
        to: '2024-02-11',
        days: 2,
        open: false,
        why: 'The initial training was due before contact began on February 10, 2024 and was done on February 11, 2024.',
      },
    ])
  })

  test('lists a single morning without it', () => {
    const morning = atNorthStar({ contact: [{ from: '2024-02-10', from_at: '2024-02-10T08:00:00-06:00' }] }, [
      doneAt('2024-02-10T12:00:00-06:00'),
    ])
    expect(gaps(facts(morning), '2025-01-01')).toMatchObject([
      { from: '2024-02-10', to: '2024-02-10', days: 1 },
    ])
  })

  test('marks an open gap', () => {
    expect(gaps(facts(atNorthStar({})), '2024-02-12')).toMatchObject([
      {
        from: '2024-02-10',
        to: '2024-02-12',
        days: 3,
        open: true,
        why: expect.stringContaining('has not been done'),
      },
    ])
  })

  test('keeps every late year, even if the next was on time', () => {
    const life = atNorthStar({}, [done('2024-02-05'), done('2025-03-10'), done('2026-03-15')])
    expect(gaps(facts(life), '2026-06-01')).toMatchObject([
      { requirement: 'residential-annual', from: '2025-03-01', to: '2025-03-10', days: 10, open: false },
    ])
    expect(gaps(facts(life), '2027-04-02')).toMatchObject([
      {},
      { from: '2027-04-01', to: '2027-04-02', days: 2, open: true },
    ])
  })

  test('leaves out the days without contact', () => {
    const life = atNorthStar(
      {
        contact: [{ from: '2024-02-10', to: '2025-03-04' }, { from: '2025-05-01' }],
        leave: [{ from: '2025-03-03', to: '2025-03-03' }],
      },
      [done('2024-02-05'), done('2025-05-03')],
    )
    expect(gaps(facts(life), '2025-06-01').map(({ from, to, days }) => ({ from, to, days }))).toEqual([
      { from: '2025-03-01', to: '2025-03-02', days: 2 },
      { from: '2025-03-04', to: '2025-03-04', days: 1 },
      { from: '2025-05-01', to: '2025-05-03', days: 3 },
    ])
  })

  test('keeps gaps of an earlier employment', () => {
    const life = {
      ...atNorthStar({}),
      assignments: [
        {
          program: 'north-star',
          hired_on: '2023-01-02',
          separated_on: '2023-03-31',
          contact: [{ from: '2023-01-09', to: '2023-03-31' }],
        },
        { program: 'north-star', hired_on: '2024-02-01', contact: [{ from: '2024-02-10' }] },
      ],
      completions: [done('2023-01-12')],
    }
    expect(gaps(facts(life), '2024-02-11')).toMatchObject([
      { requirement: 'residential-initial', from: '2023-01-09', to: '2023-01-12' },
      { requirement: 'residential-annual', from: '2024-02-10', to: '2024-02-11', open: true },
    ])
  })

  test('lists a late foundation training and years with too few hours', () => {
    const life = {
      outside: [
        elsewhere('X100', '2024-07-20', { hours: 20 }),
        elsewhere(null, '2025-03-01', { hours: 10.5 }),
      ],
      child_protection: [
        { agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-08', duties_to: '2026-05-31' },
      ],
    }
    expect(gaps(facts(life), '2027-02-01')).toMatchObject([
      {
        requirement: 'child-protection-foundation',
        from: '2024-07-09',
        to: '2024-07-20',
        days: 12,
        open: false,
      },
      {
        requirement: 'annual-hours',
        from: '2025-01-01',
        to: '2025-12-31',
        why: '10.5 of 15 hours are on record for the year that ended on December 31, 2025.',
      },
      { requirement: 'annual-hours', from: '2026-01-01', to: '2026-12-31' },
    ])
    const undone = { child_protection: life.child_protection }
    expect(gaps(facts(undone), '2024-08-01')).toMatchObject([
      { from: '2024-07-09', to: '2024-08-01', open: true },
    ])
    expect(
      gaps(
        facts({ child_protection: [{ agency: 'county', hired_on: null, duties_from: null }] }),
        '2025-08-01',
      ),
    ).toEqual([])
  })

  test('in generated lives, contains exactly the overdue and not cleared days and the day of completion', () => {
    const broken = ['overdue', 'not_cleared']
    fc.assert(
      fc.property(drawnFacts, drawnDay, (written, on) => {
        const life = facts(written)
        const found = gaps(life, on)
        for (const gap of found)
          expect((gap.from <= gap.to && gap.to <= on) || gap.requirement === 'annual-hours').toBe(true)
        const doneOn = new Set(
          life.trainings.flatMap(({ day, verified }) => [day, ...verified.map((each) => each.on)]),
        )
        for (let day = firstDay; day <= on; day = addDays(day, 11))
          for (const { requirement, program, standing } of findings(life, day)) {
            if (!requirement.startsWith('residential')) continue
            const inGap = found.some(
              (gap) =>
                gap.requirement === requirement &&
                gap.program === program &&
                gap.from <= day &&
                day <= gap.to,
            )
            if (broken.includes(standing)) expect(inGap).toBe(true)
            else if (standing !== 'unknown' && !doneOn.has(day)) expect(inGap).toBe(false)
          }
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})
