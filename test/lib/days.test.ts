import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  addMonths,
  addYears,
  compareDays,
  compareInstants,
  dayOf,
  daysBetween,
  earlierOf,
  formatDay,
  formatTime,
  isDay,
  isInstant,
  lastDayOfMonth,
  laterOf,
  parseDay,
  yearsBetween,
} from '#server/lib/days.ts'

const days = fc
  .date({ min: new Date('1900-01-02T12:00:00Z'), max: new Date('2199-12-30T12:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

describe('a day', () => {
  test('is a day of the calendar, written year, month, day', () => {
    expect(isDay('2024-02-29')).toBe(true)
    for (const text of [
      '2025-02-29',
      '2024-13-01',
      '2024-00-10',
      '2024-2-9',
      '20240209',
      '2024-02-09T10:00',
      '',
    ])
      expect(isDay(text), text).toBe(false)
    for (const value of [20240209, null, undefined, {}, new Date()]) expect(isDay(value)).toBe(false)
  })

  test('of a mistyped century is not a day', () => {
    expect(isDay('0204-02-01')).toBe(false)
    expect(isDay('2924-02-01')).toBe(false)
    expect(isDay('1899-12-31')).toBe(false)
    expect(isDay('2199-12-31')).toBe(true)
  })

  test('is read in ISO format and in US format', () => {
    expect(parseDay('2025-03-15')).toBe('2025-03-15')
    expect(parseDay(' 3/15/2025 ')).toBe('2025-03-15')
    expect(parseDay('03/05/2025')).toBe('2025-03-05')
    for (const text of ['15/3/2025', '2/29/2025', '3/15/25', '3-15-2025', 'March 15, 2025', ''])
      expect(parseDay(text), text).toBeUndefined()
  })

  test('is formatted with the month’s name', () => {
    expect(formatDay('2027-03-31')).toBe('March 31, 2027')
    expect(formatDay('2024-02-01')).toBe('February 1, 2024')
  })

  test('sorts as its text does', () => {
    fc.assert(
      fc.property(days, days, (a, b) => {
        expect(Math.sign(compareDays(a, b))).toBe(Math.sign(daysBetween(b, a)))
      }),
    )
    expect(earlierOf('2025-01-02', '2024-12-31')).toBe('2024-12-31')
    expect(laterOf('2025-01-02', '2024-12-31')).toBe('2025-01-02')
    expect(['2025-01-02', '2024-12-31', '2025-01-01'].sort(compareDays)).toEqual([
      '2024-12-31',
      '2025-01-01',
      '2025-01-02',
    ])
  })
})

describe('an instant', () => {
  test('falls on the calendar day in Minnesota', () => {
    expect(dayOf('2026-04-01T04:30Z')).toBe('2026-03-31')
    expect(dayOf('2026-04-01T05:00Z')).toBe('2026-04-01')
    expect(dayOf('2026-01-01T05:59:59Z')).toBe('2025-12-31')
    expect(dayOf('2026-03-31T23:59:59-05:00')).toBe('2026-03-31')
    expect(dayOf(new Date('2026-04-01T04:30:00Z'))).toBe('2026-03-31')
  })

  test('the day is the same whichever instant was asked for before, also where clocks change', () => {
    const byCalendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Chicago', dateStyle: 'short' })
    const hours = (day: string) => Array.from({ length: 60 }, (_, n) => Date.parse(day) + n * 3_599_999)
    const instants = ['2026-03-07', '2026-10-31', '2026-12-31', '1918-03-30'].flatMap(hours)
    const mixed = instants.toSorted((a, b) => (a % 977) - (b % 977))
    for (const at of [...instants, ...mixed].map((time) => new Date(time)))
      expect(dayOf(at)).toBe(byCalendar.format(at))
  })

  test('says its offset from UTC', () => {
    expect(isInstant('2024-02-09T16:00:00-06:00')).toBe(true)
    expect(isInstant('2024-02-09T22:00Z')).toBe(true)
    for (const text of [
      '2024-02-09T16:00:00',
      '2024-02-09',
      '2024-02-30T16:00:00Z',
      '2024-02-09T25:00:00Z',
      'now',
    ])
      expect(isInstant(text), text).toBe(false)
    expect(isInstant('0024-02-09T16:00:00Z')).toBe(false)
    expect(isInstant(1707516000)).toBe(false)
  })

  test('is shown with the words Central time, in summer and in winter', () => {
    expect(formatTime('2026-04-01T04:30Z')).toBe('11:30 PM Central time')
    expect(formatTime(new Date('2026-01-01T14:05:00Z'))).toBe('8:05 AM Central time')
  })

  test('is compared by when it was, not by how it is written', () => {
    expect(compareInstants('2022-08-10T07:15:00-05:00', '2022-08-10T12:15:00Z')).toBe(0)
    expect(compareInstants('2022-08-10T07:15:00-05:00', '2022-08-10T08:00:00-05:00')).toBeLessThan(0)
  })
})

describe('counting', () => {
  test('months clamps to the last day of a shorter month', () => {
    expect(addMonths('2026-08-31', 6)).toBe('2027-02-28')
    expect(addMonths('2027-08-31', 6)).toBe('2028-02-29')
    expect(addMonths('2026-03-15', 6)).toBe('2026-09-15')
  })

  test('a year from February 29 is February 28', () => {
    expect(addYears('2024-02-29', 1)).toBe('2025-02-28')
    expect(addYears('2024-02-29', 4)).toBe('2028-02-29')
  })

  test('finds the last day of every month', () => {
    expect(lastDayOfMonth('2024-02-01')).toBe('2024-02-29')
    expect(lastDayOfMonth('2100-02-01')).toBe('2100-02-28')
    expect(lastDayOfMonth('2025-12-31')).toBe('2025-12-31')
  })

  test('days there and back is the same day', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -3000, max: 3000 }), (day, count) => {
        expect(daysBetween(day, addDays(day, count))).toBe(count)
        expect(addDays(addDays(day, count), -count)).toBe(day)
      }),
    )
    expect(daysBetween('2026-03-31', '2026-05-06')).toBe(36)
  })

  test('stays correct no matter how many days were cached before', () => {
    const began = '1900-01-01'
    const counted = Array.from({ length: 50_500 }, (_, days) => addDays(began, days))
    expect(new Set(counted).size).toBe(50_500)
    expect(counted.at(-1)).toBe(addDays('2038-04-06', 0))
    expect(addDays(began, 59)).toBe('1900-03-01')
  })

  test('whole years', () => {
    expect(yearsBetween('2024-02-29', '2025-02-27')).toBe(0)
    expect(yearsBetween('2020-07-01', '2026-06-30')).toBe(5)
    expect(yearsBetween('2020-07-01', '2026-07-01')).toBe(6)
  })
})
