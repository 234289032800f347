import { describe, expect, test } from 'vitest'
import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import { elsewhere, facts, row } from './asking.ts'

const duties = { agency: 'county', hired_on: '2023-03-06', duties_from: '2023-03-06' }
const training = (completed_on: string, hours: number | null, accepted: boolean | null = true) =>
  elsewhere(null, completed_on, { hours, accepted })

describe('the record of hours', () => {
  const written = {
    child_protection: [duties],
    outside: [
      training('2023-02-01', 3),
      training('2023-05-01', 8),
      training('2024-01-15', 6.5),
      training('2024-02-01', 4, null),
      training('2024-02-02', 5, false),
      training('2024-02-03', null),
      training('2024-02-04', 9, true),
    ],
  }

  test('lists each agency year since duties began, with counted and waiting hours', () => {
    const [now, before, ...earlier] = hoursLedger(facts(written), 'county', '2024-02-03')
    expect(earlier).toEqual([])
    expect(now).toMatchObject({ from: '2024-01-01', to: '2024-12-31', needed: 15, hours: 6.5, waiting: 4 })
    expect(now!.lines.map(({ on, hours, state }) => [on, hours, state])).toEqual([
      ['2024-01-15', 6.5, 'counts'],
      ['2024-02-01', 4, 'waiting'],
      ['2024-02-02', 5, 'declined'],
      ['2024-02-03', null, 'no-hours'],
    ])
    expect(before).toMatchObject({ from: '2023-01-01', hours: 11, waiting: 0 })
  })

  test('has the same total as the requirement', () => {
    const [now] = hoursLedger(facts(written), 'county', '2024-12-31')
    expect(now!.hours).toBe(15.5)
    expect(row(written, 'annual-hours', '2024-12-31').explanation.join(' ')).toContain('15.5 hours of 15')
  })

  test('follows the agency’s year and starts when duties begin', () => {
    const fiscal = { ...written, settings: { hours_year: 'fiscal' as const } }
    expect(hoursLedger(facts(fiscal), 'county', '2024-02-03').map(({ from }) => from)).toEqual([
      '2023-07-01',
      '2022-07-01',
    ])
    expect(hoursLedger(facts(written), 'county', '2023-03-05')).toEqual([])
    expect(hoursLedger(facts(written), 'elsewhere', '2024-02-03')).toEqual([])
  })
})
