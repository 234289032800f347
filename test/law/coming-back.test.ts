import { describe, expect, test } from 'vitest'
import { gaps } from '#server/law/gaps.ts'
import {
  annual,
  ask,
  atNorthStar,
  certifiedBetween,
  cleared,
  done,
  elsewhere,
  facts,
  initial,
  row,
} from './asking.ts'

const early = { hired_on: '2021-01-04', contact: [{ from: '2021-02-01' }] }

describe('a person hired before August 2022 who was not in contact on January 1, 2023', () => {
  const resumed = {
    hired_on: '2021-01-04',
    contact: [{ from: '2021-02-01', to: '2022-10-01' }, { from: '2024-03-01' }],
  }

  test('must finish before contact begins again (R14), and is not late', () => {
    const written = atNorthStar(resumed, [done('2024-02-15')])
    expect(initial(written, '2024-06-01')).toMatchObject({
      standing: 'current',
      due_on: '2024-03-01',
      late_days: 0,
      rule: 'R14',
    })
    expect(initial(written, '2024-06-01').explanation.join(' ')).toContain(
      'no direct contact in a certified program on January 1, 2023. It begins again on March 1, 2024',
    )
    expect(gaps(facts(written), '2024-06-01')).toEqual([])
  })

  test('is not cleared from the first day back without it, and the gap starts that day', () => {
    const written = atNorthStar(resumed)
    expect(initial(written, '2024-03-05')).toMatchObject({
      standing: 'not_cleared',
      due_on: '2024-03-01',
      late_days: 4,
    })
    expect(gaps(facts(written), '2024-03-05')).toMatchObject([{ from: '2024-03-01', to: '2024-03-05' }])
    expect(cleared(written, '2024-02-01').answer).toBe('no')
  })

  test('has no due date while no contact is planned, and is not late', () => {
    const left = { ...resumed, contact: [{ from: '2021-02-01', to: '2022-10-01' }] }
    expect(initial(atNorthStar(left, [done('2024-02-15')]), '2024-06-01')).toMatchObject({
      standing: 'not_required',
      due_on: null,
      late_days: 0,
    })
  })

  test('on leave that day, must finish before contact on return (R10)', () => {
    const leave = [{ from: '2022-12-20', to: '2023-02-28' }]
    expect(initial(atNorthStar({ ...early, leave }), '2022-12-01')).toMatchObject({
      standing: 'due_soon',
      due_on: '2023-01-01',
    })
    expect(cleared(atNorthStar({ ...early, leave }), '2022-12-01')).toMatchObject({
      answer: 'yes',
      until: '2022-12-19',
    })
    expect(initial(atNorthStar({ ...early, leave }), '2023-01-15').standing).toBe('not_required')
    expect(initial(atNorthStar({ ...early, leave }), '2023-03-02')).toMatchObject({
      standing: 'not_cleared',
      due_on: '2023-03-01',
      late_days: 1,
      rule: 'R10',
    })
    expect(initial(atNorthStar({ ...early, leave }, [done('2023-02-20')]), '2023-06-01')).toMatchObject({
      standing: 'current',
      late_days: 0,
      rule: 'R10',
    })
  })

  test('if in contact on that day and never after, that day was the due date', () => {
    const last = { ...early, contact: [{ from: '2021-02-01', to: '2023-01-01' }] }
    expect(initial(atNorthStar(last, [done('2023-01-02')]), '2023-01-01').due_on).toBe('2023-01-01')
    expect(initial(atNorthStar(last, [done('2023-01-02')]), '2023-06-01').late_days).toBe(1)
  })
})

test('a person in contact when a certification resumes must finish the day before (R15)', () => {
  const again = (completions: Parameters<typeof atNorthStar>[1] = []) => ({
    ...atNorthStar(early, completions),
    programs: certifiedBetween(['2022-01-01', '2022-11-30'], ['2024-06-01']),
  })
  expect(initial(again(), '2024-05-01')).toMatchObject({ standing: 'due_soon', due_on: '2024-05-31' })
  expect(cleared(again(), '2024-05-01')).toMatchObject({ answer: 'yes', until: '2024-05-31' })
  expect(initial(again(), '2024-06-01')).toMatchObject({
    standing: 'not_cleared',
    due_on: '2024-05-31',
    late_days: 1,
  })
  expect(initial(again([done('2024-05-15')]), '2024-07-01')).toMatchObject({
    standing: 'current',
    late_days: 0,
    rule: 'R15',
  })
})

test('with keep-month, a second training in the month that set the due date does not move it (R5)', () => {
  const twice = atNorthStar({}, [done('2024-02-05'), done('2024-02-20')], {
    settings: { annual_anchor: 'keep-month' },
  })
  expect(annual(twice, '2024-06-01').due_on).toBe('2025-02-28')
})

describe('when a program counts a training from the day it verified it (R11)', () => {
  const verifying = (completions: Parameters<typeof atNorthStar>[1]) => ({
    ...atNorthStar({}, completions),
    programs: [...certifiedBetween(['2022-01-01']), { id: 'lakeside' }],
    settings: { transfer: 'verified-first' as const },
  })
  const verified = (on: string) => ({ program: 'lakeside', verified: [{ program: 'north-star', on }] })

  test('an older training verified late does not make the program’s own training late', () => {
    const written = verifying([
      done('2023-11-20', verified('2024-09-01')),
      done('2024-02-05', { program: 'north-star' }),
    ])
    expect(initial(written, '2024-12-01', 'north-star')).toMatchObject({
      satisfied_on: '2024-02-05',
      late_days: 0,
    })
  })

  test('a renewal at another program, verified after the due date, leaves a gap here until then', () => {
    const written = verifying([
      done('2024-02-05', { program: 'north-star' }),
      done('2025-02-10', verified('2025-03-10')),
    ])
    expect(annual(written, '2025-03-05', 'north-star')).toMatchObject({ standing: 'overdue', late_days: 5 })
    expect(annual(written, '2025-06-01', 'north-star')).toMatchObject({
      standing: 'current',
      due_on: '2026-02-28',
      late_days: 10,
      rule: 'R6',
    })
    expect(gaps(facts(written), '2025-06-01')).toMatchObject([{ from: '2025-03-01', to: '2025-03-10' }])
  })

  test('a renewal verified after a later one already counts here is ignored', () => {
    const written = verifying([
      done('2024-02-05', { program: 'north-star' }),
      done('2025-02-10', verified('2025-06-10')),
      done('2025-03-15', { program: 'north-star' }),
    ])
    expect(annual(written, '2025-07-01', 'north-star')).toMatchObject({ due_on: '2026-03-31', late_days: 15 })
    expect(gaps(facts(written), '2025-07-01')).toMatchObject([{ from: '2025-03-01', to: '2025-03-15' }])
  })
})

describe('child-protection duties that end and resume within one employment', () => {
  const duties = [
    { agency: 'county', hired_on: '2019-01-08', duties_from: '2019-01-08', duties_to: '2020-06-30' },
    { agency: 'county', hired_on: '2019-01-08', duties_from: '2021-01-04' },
  ]
  const written = { child_protection: duties }

  test('don’t conflict, and each period applies on its own days', () => {
    const trafficking = (on: string) => row(written, 'child-protection-trafficking', on).standing
    expect(trafficking('2020-03-01')).toBe('not_cleared')
    expect(trafficking('2020-09-01')).toBe('not_required')
    expect(trafficking('2021-03-01')).toBe('not_cleared')
    expect(row(written, 'child-protection-foundation', '2021-03-01')).toMatchObject({
      standing: 'overdue',
      due_on: '2019-07-08',
    })
  })

  test('are refused if the periods overlap', () => {
    expect(() =>
      ask({ child_protection: [duties[0]!, { ...duties[1]!, duties_from: '2020-01-06' }] }, '2021-03-01'),
    ).toThrow('2020-01-06 overlaps child_protection[0], which ends on 2020-06-30')
  })

  test('have one history, without duplicate days or years', () => {
    const back = {
      child_protection: [
        { ...duties[0]!, duties_to: '2019-10-31' },
        { ...duties[1]!, duties_from: '2019-12-02' },
      ],
      outside: [elsewhere('X100', '2020-01-15')],
    }
    expect(
      gaps(facts(back), '2020-02-01').map(({ requirement, from, to }) => [requirement, from, to]),
    ).toEqual([
      ['annual-hours', '2019-01-01', '2019-12-31'],
      ['child-protection-foundation', '2019-07-09', '2019-10-31'],
      ['child-protection-foundation', '2019-12-02', '2020-01-15'],
    ])
  })
})
