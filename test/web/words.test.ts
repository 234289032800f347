import { describe, expect, it } from 'vitest'
import { count, day, instant, list, minutes, number, shortDay, time, waitInWords } from '#server/web/words.ts'

describe('words', () => {
  it('a day is written as people write it, and is the same day in every time zone', () => {
    expect(day('2027-03-31')).toBe('March 31, 2027')
    expect(shortDay('2027-01-01')).toBe('Jan 1, 2027')
  })

  it('an instant is written in Central time, in winter and in summer', () => {
    expect(instant(new Date('2027-01-15T23:30:00Z')).replaceAll('\u202f', ' ')).toBe(
      'January 15, 2027, 5:30 PM Central time',
    )
    expect(time(new Date('2027-07-15T22:30:00Z')).replaceAll('\u202f', ' ')).toBe('5:30 PM Central time')
  })

  it('an instant after midnight in London is still the evening before in Minnesota', () => {
    expect(instant(new Date('2027-04-01T03:00:00Z'))).toContain('March 31, 2027')
  })

  it('minutes become hours and minutes', () => {
    expect([0, 14, 60, 160].map(minutes)).toEqual(['0 min', '14 min', '1 h', '2 h 40 min'])
  })

  it('a count takes its word with it', () => {
    expect(count(1, 'lesson')).toBe('1 lesson')
    expect(count(0, 'lesson')).toBe('0 lessons')
    expect(count(1200, 'person', 'people')).toBe('1,200 people')
  })

  it('a wait is one second or several, and minutes once they are easier to read', () => {
    expect([1, 2, 89, 90, 600].map(waitInWords)).toEqual([
      '1 second',
      '2 seconds',
      '89 seconds',
      '2 minutes',
      '10 minutes',
    ])
  })

  it('numbers and lists are written the American way', () => {
    expect(number(11250)).toBe('11,250')
    expect(list(['Ada', 'Mai', 'Theo'])).toBe('Ada, Mai, and Theo')
  })
})
