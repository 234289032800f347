import { describe, expect, test } from 'vitest'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { done, elsewhere, type Outside, row } from './asking.ts'

type Duties = NonNullable<WrittenFacts['child_protection']>[number]

const worker = (
  outside: readonly Outside[] = [],
  duties: Partial<Duties> = {},
  more: WrittenFacts = {},
): WrittenFacts => ({
  outside: [...outside],
  child_protection: [{ agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-08', ...duties }],
  ...more,
})

const trafficking = (facts: WrittenFacts, on = '2024-06-01') => row(facts, 'child-protection-trafficking', on)
const foundation = (facts: WrittenFacts, on: string) => row(facts, 'child-protection-foundation', on)
const hours = (facts: WrittenFacts, on: string) => row(facts, 'annual-hours', on)

describe('the trafficking training of 260E.36, subd. 1a (R19)', () => {
  test.each([
    ['X205 since March 2022', [elsewhere('X205', '2022-03-01')], '2022-03-01'],
    ['X205 however it is written', [elsewhere('cwta x-205', '2024-05-01')], '2024-05-01'],
    ['X100 from February 2020', [elsewhere('X100', '2020-02-01')], '2020-02-01'],
    ['X203 and X204', [elsewhere('X203', '2019-12-01'), elsewhere('X204', '2022-03-31')], '2022-03-31'],
    [
      'the old codes 239A and 239B',
      [elsewhere('239A', '2021-02-03'), elsewhere('239B', '2021-02-01')],
      '2021-02-03',
    ],
    [
      'one old and one new code',
      [elsewhere('239A', '2021-02-03'), elsewhere('X204', '2021-02-04')],
      '2021-02-04',
    ],
    [
      'the first of two that do',
      [elsewhere('X205', '2024-05-01'), elsewhere('X100', '2023-05-01')],
      '2023-05-01',
    ],
  ])('%s satisfies it', (_, outside, on) => {
    expect(trafficking(worker(outside))).toMatchObject({
      standing: 'current',
      satisfied_on: on,
      due_on: null,
      late_days: 0,
      rule: 'R19',
    })
  })

  test.each([
    ['X100 through 2019', [elsewhere('X100', '2019-12-31')], 'X100 counts when taken since January 2020'],
    ['X203 alone', [elsewhere('X203', '2021-02-03')], 'X203 and X204 count together'],
    ['X204 alone', [elsewhere('X204', '2021-02-03')], 'X203 and X204 count together'],
    [
      'X203 twice',
      [elsewhere('X203', '2021-02-03'), elsewhere('239A', '2021-03-03')],
      'X203 and X204 count together',
    ],
    [
      'X203 before its window',
      [elsewhere('X203', '2019-11-30'), elsewhere('X204', '2021-02-03')],
      'X203 counts when taken December 2019 through March 2022',
    ],
    [
      'X204 after its window',
      [elsewhere('X203', '2021-02-03'), elsewhere('X204', '2022-04-01')],
      'X204 counts when taken December 2019 through March 2022',
    ],
    [
      'a national webinar',
      [elsewhere(null, '2024-05-01', { title: 'National webinar' })],
      'The training “National webinar” on May 1, 2024 does not satisfy Minn. Stat. 260E.36, subd. 1a',
    ],
    [
      'another Academy course',
      [elsewhere('X110', '2024-05-01')],
      'only the courses of the Minnesota Child Welfare Training Academy',
    ],
    [
      'X205 that the agency has not accepted',
      [elsewhere('X205', '2024-05-01', { accepted: null })],
      'the agency has not accepted it',
    ],
    ['X205 declined', [elsewhere('X205', '2024-05-01', { accepted: false })], 'the agency declined it'],
    [
      'X205 voided',
      [elsewhere('X205', '2024-05-01', { voided_on: '2024-05-20' })],
      'was voided on May 20, 2024',
    ],
  ])('%s does not', (_, outside, why) => {
    const answer = trafficking(worker(outside))
    expect(answer).toMatchObject({ standing: 'not_cleared', satisfied_on: null })
    expect(answer.explanation.join(' ')).toContain(why)
  })

  test.each([
    ['X100 on January 1, 2020', elsewhere('X100', '2020-01-01'), 'one version of the Academy’s page'],
    ['X100 on January 31, 2020', elsewhere('X100', '2020-01-31'), 'one version of the Academy’s page'],
    ['X113', elsewhere('X113', '2024-12-01'), 'X113'],
    ['239C', elsewhere('239C', '2022-02-15'), '239C'],
    ['X205 before it was offered', elsewhere('X205', '2022-02-28'), 'offered since March 2022'],
    ['X205 without its day', elsewhere('X205', null), 'the day of completion is not on file'],
  ])('%s needs confirmation and is never a silent yes', (_, training, why) => {
    const answer = trafficking(worker([training]), '2025-01-01')
    expect(answer).toMatchObject({ standing: 'unknown', satisfied_on: null })
    expect(answer.explanation.join(' ')).toContain(why)
  })

  test('a course that needs confirmation does not block one that satisfies', () => {
    expect(
      trafficking(worker([elsewhere('X113', '2024-02-01'), elsewhere('X205', '2024-05-01')])).standing,
    ).toBe('current')
  })

  test('one certain half and one doubtful half need confirmation', () => {
    const outside = [elsewhere('X203', '2021-02-03'), elsewhere('X204', null)]
    expect(trafficking(worker(outside)).standing).toBe('unknown')
  })

  test('courses of this system are supplementary, approved or not', () => {
    const answer = trafficking(
      worker([], {}, { completions: [{ ...done('2024-03-01'), course: 'child-protection' }] }),
    )
    expect(answer.standing).toBe('not_cleared')
    expect(answer.explanation.join(' ')).toContain('the courses of this system are supplementary here')
  })

  test('is required while the person has child-protection duties', () => {
    const duties = { duties_from: '2024-02-01', duties_to: '2024-12-31' }
    expect(trafficking(worker([], duties), '2024-01-31').standing).toBe('not_required')
    expect(trafficking(worker([], duties), '2024-02-01').standing).toBe('not_cleared')
    expect(trafficking(worker([], duties), '2024-12-31').standing).toBe('not_cleared')
    expect(trafficking(worker([], duties), '2025-01-01').standing).toBe('not_required')
    const answer = trafficking(worker([], { duties_from: null }))
    expect(answer.standing).toBe('unknown')
    expect(answer.explanation.join(' ')).toContain(
      'The day on which child-protection duties at county began is not on file',
    )
  })

  test('an agency may set a due date', () => {
    const asked = (on: string, outside: Outside[] = []) =>
      trafficking(worker(outside, {}, { settings: { trafficking_due_months: 6 } }), on)
    expect(asked('2024-03-01')).toMatchObject({
      standing: 'current',
      due_on: '2024-07-08',
      satisfied_on: null,
    })
    expect(asked('2024-06-01').standing).toBe('due_soon')
    expect(asked('2024-07-09')).toMatchObject({ standing: 'overdue', late_days: 1 })
    expect(asked('2024-08-01', [elsewhere('X205', '2024-07-18')])).toMatchObject({
      standing: 'current',
      late_days: 10,
    })
    expect(asked('2024-08-01').explanation.join(' ')).toContain('within 6 months after hire')
  })
})

describe('foundation training in the first six months (R20)', () => {
  test('is due on the day six months after hire, with advice to finish the day before', () => {
    expect(foundation(worker(), '2024-03-01')).toMatchObject({
      standing: 'current',
      due_on: '2024-07-08',
      satisfied_on: null,
    })
    expect(foundation(worker(), '2024-05-09').standing).toBe('due_soon')
    expect(foundation(worker(), '2024-07-08').standing).toBe('due_soon')
    expect(foundation(worker(), '2024-07-08').explanation.join(' ')).toContain('finish by July 7, 2024')
    expect(foundation(worker(), '2024-07-09')).toMatchObject({
      standing: 'overdue',
      late_days: 1,
      rule: 'R20',
    })
  })

  test.each(['X100', 'X113'])('%s satisfies it, in time or late', (code) => {
    expect(foundation(worker([elsewhere(code, '2024-07-08')]), '2025-01-01')).toMatchObject({
      standing: 'current',
      late_days: 0,
      satisfied_on: '2024-07-08',
    })
    expect(foundation(worker([elsewhere(code, '2024-07-20')]), '2025-01-01')).toMatchObject({
      standing: 'current',
      late_days: 12,
    })
    expect(foundation(worker([elsewhere(code, '2019-07-20')]), '2025-01-01')).toMatchObject({
      standing: 'current',
      late_days: 0,
    })
  })

  test('X205 or a training not accepted does not satisfy it', () => {
    const answer = foundation(
      worker([elsewhere('X205', '2024-03-01'), elsewhere('X100', '2024-03-01', { accepted: false })]),
      '2024-08-01',
    )
    expect(answer.standing).toBe('overdue')
    expect(answer.explanation.join(' ')).toContain('only the foundation courses')
    expect(answer.explanation.join(' ')).toContain('declined')
  })

  test('without a day of hire it is unknown, until it is overdue for every possible day', () => {
    const asked = (on: string, outside: Outside[] = []) => foundation(worker(outside, { hired_on: null }), on)
    expect(asked('2024-07-08')).toMatchObject({ standing: 'unknown', due_on: null })
    expect(asked('2024-07-09')).toMatchObject({ standing: 'overdue', due_on: null })
    expect(asked('2024-06-01', [elsewhere('X100', '2024-02-01')]).standing).toBe('current')
  })

  test('is not required before hire or after duties end', () => {
    expect(foundation(worker(), '2024-01-07').standing).toBe('not_required')
    expect(foundation(worker([], { duties_to: '2024-03-31' }), '2024-08-01').standing).toBe('not_required')
  })

  test('a worker rehired at the same agency has six months from the new hire', () => {
    const facts: WrittenFacts = {
      child_protection: [
        { agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-08', duties_to: '2024-03-31' },
        { agency: 'county', hired_on: '2025-02-01', duties_from: '2025-02-01' },
      ],
    }
    expect(foundation(facts, '2024-02-01').due_on).toBe('2024-07-08')
    expect(foundation(facts, '2024-08-01').standing).toBe('not_required')
    expect(foundation(facts, '2025-03-01').due_on).toBe('2025-08-01')
  })
})

describe('fifteen hours a year (R21)', () => {
  const course = (completed_on: string, count: number | null, more: Partial<Outside> = {}) =>
    elsewhere(null, completed_on, { hours: count, ...more })

  test('adds up the hours accepted in the calendar year up to the day asked', () => {
    const facts = worker([
      course('2024-02-01', 6),
      course('2024-06-01', 5.5),
      course('2024-09-01', 3.5),
      course('2025-01-10', 6),
    ])
    expect(hours(facts, '2024-08-31')).toMatchObject({
      standing: 'current',
      due_on: '2024-12-31',
      satisfied_on: null,
    })
    expect(hours(facts, '2024-08-31').explanation.join(' ')).toContain(
      '11.5 hours of 15 are on record by August 31, 2024',
    )
    expect(hours(facts, '2024-09-01')).toMatchObject({ standing: 'current', satisfied_on: '2024-09-01' })
    expect(hours(facts, '2025-02-01')).toMatchObject({ due_on: '2025-12-31', satisfied_on: null })
  })

  test('is due soon in the last 60 days of the year', () => {
    const facts = worker([course('2024-02-01', 14)])
    expect(hours(facts, '2024-10-31').standing).toBe('current')
    expect(hours(facts, '2024-11-01').standing).toBe('due_soon')
    expect(hours(facts, '2024-12-31').explanation.at(-1)).toContain('record 1 hour more by December 31, 2024')
  })

  test('tenths of hours add up', () => {
    const facts = worker([course('2024-02-01', 14.7), course('2024-02-02', 0.1), course('2024-02-03', 0.2)])
    expect(hours(facts, '2024-12-31')).toMatchObject({ standing: 'current', satisfied_on: '2024-02-03' })
  })

  test('ignores trainings not accepted, and says when hours are missing', () => {
    const facts = worker([
      course('2024-02-01', 20, { accepted: false }),
      course('2024-03-01', null),
      course('2024-04-01', 0),
    ])
    const answer = hours(facts, '2024-12-31')
    expect(answer).toMatchObject({ standing: 'due_soon', satisfied_on: null })
    expect(answer.explanation.join(' ')).toContain('its hours are not on file')
  })

  test('a course of this system gives hours if the agency accepts it', () => {
    const own = (accepted: boolean | null) =>
      worker(
        [],
        {},
        { completions: [{ ...done('2024-03-01'), course: 'child-protection', hours: 15, accepted }] },
      )
    expect(hours(own(true), '2024-12-31').satisfied_on).toBe('2024-03-01')
    expect(hours(own(null), '2024-12-31').satisfied_on).toBeNull()
  })

  test('an agency’s year may be its fiscal year', () => {
    const facts = (month: number) =>
      worker(
        [course('2024-06-30', 10), course('2024-07-01', 15)],
        {},
        { settings: { hours_year: 'fiscal', fiscal_year_month: month } },
      )
    expect(hours(facts(7), '2024-06-30')).toMatchObject({ due_on: '2024-06-30', satisfied_on: null })
    expect(hours(facts(7), '2024-07-01')).toMatchObject({ due_on: '2025-06-30', satisfied_on: '2024-07-01' })
    expect(hours(facts(10), '2024-07-01')).toMatchObject({ due_on: '2024-09-30', satisfied_on: '2024-07-01' })
    expect(hours(facts(7), '2024-07-01').explanation.join(' ')).toContain('begins on July 1')
  })

  test('an agency’s year may run from one hire anniversary to the next', () => {
    const facts = worker([course('2025-01-07', 15)], {}, { settings: { hours_year: 'hire-anniversary' } })
    expect(hours(facts, '2025-01-07')).toMatchObject({ due_on: '2025-01-07', satisfied_on: '2025-01-07' })
    expect(hours(facts, '2025-01-08')).toMatchObject({ due_on: '2026-01-07', satisfied_on: null })
    const leap = worker(
      [],
      { hired_on: '2024-02-29', duties_from: '2024-02-29' },
      { settings: { hours_year: 'hire-anniversary' } },
    )
    expect(hours(leap, '2025-02-27').due_on).toBe('2025-02-27')
    expect(hours(leap, '2025-02-28').due_on).toBe('2026-02-27')
    const unknown = worker([], { hired_on: null }, { settings: { hours_year: 'hire-anniversary' } })
    expect(hours(unknown, '2025-02-27')).toMatchObject({ standing: 'unknown', due_on: null })
  })

  test('is required while the person has duties', () => {
    expect(hours(worker(), '2024-01-01').standing).toBe('not_required')
    expect(hours(worker([], { duties_from: null }), '2024-03-01').standing).toBe('unknown')
  })
})

test('each agency has its own rows with its own interpretations', () => {
  const facts: WrittenFacts = {
    child_protection: [
      { agency: 'county', hired_on: '2024-01-08', duties_from: '2024-01-08' },
      {
        agency: 'tribal',
        hired_on: '2024-03-01',
        duties_from: '2024-03-01',
        settings: { hours_year: 'fiscal' },
      },
    ],
  }
  expect(row(facts, 'annual-hours', '2024-05-01', 'county').due_on).toBe('2024-12-31')
  expect(row(facts, 'annual-hours', '2024-05-01', 'tribal').due_on).toBe('2024-06-30')
})
