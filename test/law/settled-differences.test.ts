import { describe, expect, test } from 'vitest'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { gaps } from '#server/law/gaps.ts'
import {
  annual,
  atNorthStar,
  certifiedBetween,
  cleared,
  done,
  elsewhere,
  facts,
  initial,
  row,
} from './asking.ts'

/** Where the law and the second opinion once said different things, each in the smallest life that shows it. */

describe('days late', () => {
  const onLeave = {
    hired_on: '2026-07-01',
    contact: [{ from: '2026-08-11' }],
    leave: [{ from: '2027-11-21' }],
  }

  test('of the initial training count required days only, so a leave adds none (R6, R10)', () => {
    const late = initial(atNorthStar(onLeave, [done('2028-12-01')]), '2028-12-01')
    expect(late).toMatchObject({ standing: 'not_required', late_days: 466 })
    expect(late.explanation.join(' ')).toContain('466 days on which the training was required')
  })

  test('of the initial training are at least 1 where contact came first, though it ended that day (R3)', () => {
    const once = { hired_on: '2024-02-01', contact: [{ from: '2024-02-10', to: '2024-02-10' }] }
    expect(initial(atNorthStar(once, [done('2024-02-20')]), '2024-03-01').late_days).toBe(1)
    expect(gaps(facts(atNorthStar(once, [done('2024-02-20')])), '2024-03-01')).toMatchObject([
      { from: '2024-02-10', to: '2024-02-10', days: 1 },
    ])
  })

  test('of the initial training count no day on which the program held no certification (I-C5)', () => {
    const programs = certifiedBetween(['2023-11-23', '2024-11-30'])
    const contact = [{ from: '2024-06-25', to: '2024-08-22' }]
    const written = atNorthStar({ hired_on: '2024-02-26', contact }, [done('2025-10-13')], { programs })
    expect(initial(written, '2025-10-13').late_days).toBe(58)
  })

  test('stay on record where two trainings were done on the late day', () => {
    const contact = [{ from: '2024-02-20' }]
    const twice = [done('2023-09-04'), done('2025-03-01'), done('2025-03-01')]
    expect(annual(atNorthStar({ hired_on: '2024-02-20', contact }, twice), '2025-03-31')).toMatchObject({
      due_on: '2026-03-31',
      satisfied_on: '2025-03-01',
      late_days: 152,
    })
  })

  test('end with the one of two trainings of a day that counted first here (R11)', () => {
    const programs = certifiedBetween(['2022-01-01'])
    programs[0]!.settings = { transfer: 'verified-first' }
    const here = { program: 'north-star' }
    const shown = { ...done('2025-03-01'), verified: [{ program: 'north-star', on: '2025-04-10' }] }
    const written = atNorthStar(
      { hired_on: '2024-02-01', contact: [{ from: '2024-02-10' }] },
      [done('2024-02-05', here), shown, done('2025-03-01', here)],
      { programs },
    )
    expect(annual(written, '2025-05-01').late_days).toBe(1)
  })
})

describe('a date', () => {
  test('is still ahead where contact was only planned in days of leave: that contact never was (R10)', () => {
    const planned = {
      hired_on: '2028-02-08',
      contact: [{ from: '2028-03-05', to: '2028-03-28' }],
      leave: [{ from: '2028-02-15' }],
    }
    expect(initial(atNorthStar(planned), '2028-03-29').standing).toBe('due_before_contact')
  })

  test('of an early hire trained in time stays January 1, 2023 through a leave on that day (R10)', () => {
    const away = {
      hired_on: '2021-09-21',
      contact: [{ from: '2021-11-24' }],
      leave: [{ from: '2022-12-01', to: '2024-12-31' }],
    }
    expect(initial(atNorthStar(away, [done('2021-08-28')]), '2025-02-28')).toMatchObject({
      standing: 'current',
      due_on: '2023-01-01',
      late_days: 0,
    })
  })

  const since = (hired_on: string) => ({ hired_on, contact: [{ from: hired_on }] })

  test('of an early hire is not asked for between two certifications (R16)', () => {
    const programs = certifiedBetween(['2022-12-31', '2022-12-31'], ['2023-04-13', '2024-01-01'])
    const written = atNorthStar(since('2021-03-13'), [], { programs })
    expect(initial(written, '2023-01-01')).toMatchObject({ standing: 'not_required', due_on: null })
    expect(initial(written, '2023-06-21')).toMatchObject({ due_on: '2023-04-12', late_days: 70 })
  })

  const again = certifiedBetween(['2022-11-25', '2026-01-28'], ['2026-02-02', '2027-06-09'])

  test('comes near 60 days before a certification comes back (R15, I-C1)', () => {
    const written = atNorthStar(since('2025-02-28'), [], { programs: again })
    expect(initial(written, '2026-01-31')).toMatchObject({
      standing: 'due_soon',
      due_on: '2026-02-01',
      rule: 'R15',
    })
  })

  test('is the day before a certification comes back, also where a program takes the day of a first one', () => {
    const programs = [{ ...again[0]!, settings: { later_certification: 'day-of' as const } }]
    const written = atNorthStar(since('2025-02-28'), [], { programs })
    expect(initial(written, '2026-01-31').due_on).toBe('2026-02-01')
    expect(cleared(written, '2026-01-31')).toMatchObject({ answer: 'yes', until: '2026-02-01' })
    expect(cleared(written, '2026-02-02').answer).toBe('no')
  })

  test('comes near also for an employment yet to begin that continues the present one (I-C4)', () => {
    const assignments = [
      { hired_on: '2022-07-31', separated_on: '2024-12-30', contact: [{ from: '2022-07-31' }] },
      { hired_on: '2024-12-31', contact: [{ from: '2024-12-31' }] },
    ]
    const written = atNorthStar({}, [], {
      programs: certifiedBetween(['2024-12-31']),
      assignments: assignments.map((it) => ({ program: 'north-star', ...it })),
    })
    expect(initial(written, '2024-11-02')).toMatchObject({ standing: 'due_soon', due_on: '2024-12-30' })
  })

  test('before contact comes near 60 days before a certification, not earlier (I-C1)', () => {
    const hired = { hired_on: '2025-07-04', contact: [{ from: '2026-09-29' }] }
    const written = atNorthStar(hired, [], { programs: certifiedBetween(['2026-06-08']) })
    expect(initial(written, '2026-04-08').standing).toBe('not_required')
    expect(initial(written, '2026-04-09').standing).toBe('due_before_contact')
  })

  test('comes near before a certification that begins before contact does', () => {
    const programs = certifiedBetween(['2024-05-08', '2024-06-29'], ['2025-06-01'])
    const hired = { hired_on: '2023-08-01', contact: [{ from: '2024-12-16' }] }
    const written = atNorthStar(hired, [], { programs })
    expect(initial(written, '2024-04-19')).toMatchObject({
      standing: 'due_before_contact',
      due_on: '2025-05-31',
    })
    expect(initial(written, '2024-03-01').standing).toBe('not_required')
  })
})

describe('a missing fact is judged by every value it could have (I-A3)', () => {
  test('the day of hire, where only an end is known: not known whether employed yet', () => {
    const written = atNorthStar({ hired_on: null, separated_on: '2022-07-31', contact: [] }, [], {
      programs: certifiedBetween(),
    })
    expect(cleared(written, '2021-08-03').answer).toBe('unknown')
  })

  test('the day of a second hire, which may be long after the first employment: cleared until that ends', () => {
    const written = atNorthStar({}, [done('2025-09-07')], {
      assignments: [
        { program: 'north-star', hired_on: '2025-09-09', separated_on: '2025-09-15', contact: [] },
        { program: 'north-star', hired_on: null, contact: [] },
      ],
    })
    expect(cleared(written, '2025-09-15')).toMatchObject({ answer: 'yes', until: '2025-09-15' })
  })

  test('the day of a second hire, which comes after the first employment: that lasts through its own last day', () => {
    const first = { hired_on: '2022-07-31', separated_on: '2022-12-19', contact: [] }
    const written = atNorthStar({}, [], {
      assignments: [first, { hired_on: null, contact: [] }].map((it) => ({ program: 'north-star', ...it })),
    })
    expect(cleared(written, '2022-12-17')).toMatchObject({ answer: 'yes', until: '2022-12-19' })
  })

  test('contact, which may be yet to begin: whether a coming certification asks for it is not known', () => {
    const onLeave = {
      hired_on: '2022-03-31',
      contact: null,
      leave: [{ from: '2025-05-18', to: '2026-11-29' }],
    }
    const written = atNorthStar(onLeave, [], { programs: certifiedBetween(['2026-12-19']) })
    expect(initial(written, '2026-11-01').standing).toBe('unknown')
    expect(initial(written, '2026-07-01').standing).toBe('not_required')
  })

  test('contact of an early hire, which may begin after the early hires’ date: not known (R2, I-C1)', () => {
    const written = atNorthStar({ hired_on: '2021-01-11', contact: null }, [], {
      programs: certifiedBetween(['2021-03-01']),
    })
    expect(initial(written, '2021-01-11').standing).toBe('unknown')
  })

  test('the day of a training, which may be the first after the former employment: cleared by it (I-C12)', () => {
    const programs = certifiedBetween(['2021-03-01'])
    programs[0]!.settings = { rehire: 'initial-again' }
    const first = { hired_on: '2021-05-18', separated_on: '2021-12-16', contact: [] }
    const written = atNorthStar(
      {},
      [{ course: 'residential-settings', approved: true, completed_on: null }],
      {
        programs,
        assignments: [first, { hired_on: '2021-12-17', contact: [] }].map((it) => ({
          program: 'north-star',
          ...it,
        })),
      },
    )
    expect(cleared(written, '2022-07-31')).toMatchObject({ answer: 'yes', until: '2022-12-31' })
  })

  test('whether a training elsewhere was the same curriculum', () => {
    const unsure = { same_curriculum: null, certificate_verified: true }
    const outside = [elsewhere(null, '2024-02-05', unsure)]
    const written = atNorthStar({}, [], { outside })
    expect(initial(written, '2024-03-01').standing).toBe('unknown')
    expect(initial(written, '2024-03-01').explanation.join(' ')).toContain(
      'whether it is the same approved curriculum is not on file',
    )
    expect(cleared(written, '2024-03-01').answer).toBe('unknown')
    const declined = [elsewhere(null, '2024-02-05', { ...unsure, accepted: false })]
    expect(cleared(atNorthStar({}, [], { outside: declined }), '2024-03-01').answer).toBe('no')
  })

  test('contact, where it could not have ended before the day of hire: current', () => {
    const written = atNorthStar({ hired_on: '2023-09-06', contact: null }, [done('2023-09-06')])
    expect(initial(written, '2023-09-06')).toMatchObject({
      standing: 'current',
      satisfied_on: '2023-09-06',
    })
    expect(annual(written, '2023-09-06')).toMatchObject({ standing: 'current', due_on: '2024-09-30' })
  })

  test('the first day of contact, on the last day of the employment: it had begun by then', () => {
    const written = atNorthStar({
      hired_on: '2025-03-31',
      separated_on: '2025-06-28',
      contact: [{ from: null }],
    })
    expect(initial(written, '2025-06-28').standing).toBe('not_cleared')
    expect(initial(written, '2025-06-27').standing).toBe('unknown')
  })

  test('the first day of contact comes after contact that ended, and does not change its date', () => {
    const contact = [{ from: '2025-05-07', to: '2025-05-11' }, { from: null }]
    const written = atNorthStar({ hired_on: '2025-03-31', separated_on: '2025-06-28', contact })
    expect(initial(written, '2025-06-28')).toMatchObject({ standing: 'not_cleared', due_on: '2025-05-07' })
  })

  test('the first day of duties, on their last day: they had begun by then', () => {
    const duties = { agency: 'county', hired_on: '2025-05-06' }
    const written: WrittenFacts = {
      child_protection: [
        { ...duties, duties_from: null, duties_to: '2027-04-04' },
        { ...duties, duties_from: '2028-05-24' },
      ],
    }
    expect(row(written, 'child-protection-trafficking', '2027-04-04').standing).toBe('not_cleared')
    expect(row(written, 'annual-hours', '2027-04-04').due_on).toBe('2027-12-31')
    expect(row(written, 'child-protection-trafficking', '2027-04-03').standing).toBe('unknown')
    expect(row(written, 'child-protection-trafficking', '2027-04-05').standing).toBe('not_required')
  })

  test('contact that may continue an early hire’s first employment: not known whether it does (I-C4)', () => {
    const first = { hired_on: '2021-07-25', separated_on: '2022-07-31', contact: [{ from: '2021-07-25' }] }
    const second = { hired_on: '2022-08-01', contact: null }
    const written = atNorthStar({}, [], {
      assignments: [first, second].map((it) => ({ program: 'north-star', ...it })),
    })
    expect(cleared(written, '2022-08-01').answer).toBe('unknown')
    expect(cleared(written, '2023-01-02').answer).toBe('no')
  })

  test('the day of hire, where the hours are counted by its anniversary: not known', () => {
    const written: WrittenFacts = {
      settings: { hours_year: 'hire-anniversary' },
      child_protection: [{ agency: 'county', hired_on: null, duties_from: '2025-05-06' }],
      outside: [elsewhere(null, '2026-06-29', { hours: 16 })],
    }
    expect(row(written, 'annual-hours', '2026-08-01')).toMatchObject({ standing: 'unknown', due_on: null })
  })
})
