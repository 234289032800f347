import { describe, expect, test } from 'vitest'
import {
  dueOn,
  findingOf,
  type ProgramRequirement,
  type Work,
} from '#server/training/program-requirements/program-requirement.ts'
import { appliesToWords } from '#server/training/program-requirements/requirement-words.ts'

const requirement: ProgramRequirement = {
  requirement_id: 'r',
  program_id: 'p',
  title: 'First aid',
  source: '',
  roles: [],
  units: [],
  worker_types: [],
  in_contact: false,
  schedule: 'same-month',
  month: null,
  months: null,
  first_days: 30,
  needs_file: false,
  least_hours: null,
  course: null,
  from_on: '2020-01-01',
  to_on: null,
  since_on: '2020-01-01',
}
const work: Work = {
  person_id: 'someone',
  name: 'Someone',
  program_id: 'p',
  program: 'North Star House',
  role_title: 'Youth worker',
  unit: 'Nights',
  worker_type: 'employee',
  hired_on: '2024-02-01',
  contact_from: null,
  leave_from: null,
}
const due = (change: Partial<ProgramRequirement>, last: string | null, where: Partial<Work> = {}) =>
  dueOn({ ...requirement, ...change }, { ...work, ...where }, last)
const done = (completed_on: string) => ({ completed_on, course: null, provider: '', hours: null })
const standingOn = (on: string, last: string | null, change: Partial<ProgramRequirement> = {}) =>
  findingOf({ ...requirement, ...change }, work, last ? [done(last)] : [], on)?.standing

describe('a program’s own requirement is due', () => {
  test('each year by the end of the month in which it was done, as the law counts', () => {
    expect(due({}, '2025-03-15')).toBe('2026-03-31')
    expect(due({}, '2025-03-01')).toBe('2026-03-31')
    expect(due({}, '2025-12-31')).toBe('2026-12-31')
    // February ends on the 28th or 29th.
    expect(due({}, '2024-02-29')).toBe('2025-02-28')
    expect(due({ since_on: '2020-01-01' }, '2027-02-10')).toBe('2028-02-29')
  })

  test('once in each calendar year by the end of one month, whether it was done early or late', () => {
    const october = { schedule: 'fixed-month', month: 10 } as const
    expect(due(october, '2025-09-10')).toBe('2026-10-31')
    expect(due(october, '2025-11-05')).toBe('2026-10-31')
    expect(due(october, '2025-01-02')).toBe('2026-10-31')
    expect(due({ schedule: 'fixed-month', month: 2 }, '2027-05-05')).toBe('2028-02-29')
  })

  test('every so many months from the day it was done; a shorter month ends it', () => {
    expect(due({ schedule: 'months', months: 24 }, '2024-08-31')).toBe('2026-08-31')
    expect(due({ schedule: 'months', months: 6 }, '2025-08-31')).toBe('2026-02-28')
    expect(due({ schedule: 'months', months: 12 }, '2024-02-29')).toBe('2025-02-28')
  })

  test('never again where it is asked once', () => {
    expect(due({ schedule: 'once' }, '2024-03-01')).toBeNull()
    expect(due({ schedule: 'once' }, null)).toBe('2024-03-02')
  })

  test('the first time some days after the first day: of work, of contact, or of the requirement, the latest', () => {
    expect(due({ first_days: 0 }, null)).toBe('2024-02-01')
    expect(due({}, null)).toBe('2024-03-02')
    expect(due({ since_on: '2024-06-01' }, null)).toBe('2024-07-01')
    expect(due({ in_contact: true }, null, { contact_from: '2024-04-10' })).toBe('2024-05-10')
    expect(due({}, null, { contact_from: '2024-04-10' })).toBe('2024-03-02')
  })

  test('for someone who did it before they were hired, not before the first date', () => {
    expect(due({}, '2020-05-05')).toBe('2024-03-02')
    expect(due({}, '2023-11-05')).toBe('2024-11-30')
    expect(due({ schedule: 'once' }, '2019-05-05')).toBeNull()
  })
})

describe('its standing', () => {
  test('is due soon for 60 days up to its date, and overdue on the day after', () => {
    expect(standingOn('2026-01-29', '2025-03-15')).toBe('current')
    expect(standingOn('2026-01-30', '2025-03-15')).toBe('due_soon')
    expect(standingOn('2026-03-31', '2025-03-15')).toBe('due_soon')
    expect(standingOn('2026-04-01', '2025-03-15')).toBe('overdue')
    expect(standingOn('2026-04-01', null)).toBe('overdue')
    expect(standingOn('2040-01-01', '2025-03-15', { schedule: 'once' })).toBe('current')
  })

  test('on a past day knows only what was done by then', () => {
    const both = [done('2024-02-20'), done('2026-03-02')]
    expect(findingOf(requirement, work, both, '2026-03-01')).toMatchObject({ satisfied_on: '2024-02-20' })
    expect(findingOf(requirement, work, both, '2026-03-02')).toMatchObject({ due_on: '2027-03-31' })
  })

  test('asks for nothing on leave, and the date does not move', () => {
    const away = { ...work, leave_from: '2026-03-01' }
    const finding = findingOf(requirement, away, [done('2025-03-15')], '2026-05-01')
    expect(finding).toMatchObject({ standing: 'not_required', due_on: '2026-03-31' })
    expect(finding?.explanation).toContain(
      'On leave since March 1, 2026: nothing is due on leave. The date doesn’t move.',
    )
  })

  test('explains who asks for it, when it is due, what was done, and what comes next', () => {
    const source = 'Minn. Stat. 245A.66, subd. 4'
    expect(
      findingOf({ ...requirement, source }, work, [done('2025-03-15')], '2026-05-01')?.explanation,
    ).toEqual([
      'North Star House asks for this of everyone. It’s the program’s own requirement: it doesn’t change who is cleared for direct contact.',
      'The program names as its source: Minn. Stat. 245A.66, subd. 4.',
      'The first time within 30 days of the first day. Then each year, by the end of the month in which it was done the year before.',
      'Last done on March 15, 2025.',
      'Next: do it now. It was due by March 31, 2026.',
    ])
  })
})

describe('it is for', () => {
  const isFor = (change: Partial<ProgramRequirement>, where: Partial<Work> = {}) =>
    findingOf({ ...requirement, ...change }, { ...work, ...where }, [], '2026-03-01') !== null

  test('everyone, or only the roles, units, worker types and people in contact that it names', () => {
    expect(isFor({})).toBe(true)
    expect(isFor({ roles: ['Cook'] })).toBe(false)
    expect(isFor({ roles: ['Cook', 'Youth worker'] })).toBe(true)
    expect(isFor({ units: ['Days'] })).toBe(false)
    expect(isFor({ worker_types: ['volunteer'] })).toBe(false)
    expect(isFor({ in_contact: true })).toBe(false)
    expect(isFor({ in_contact: true, roles: ['Youth worker'] }, { contact_from: '2026-01-01' })).toBe(true)
  })

  test('in words', () => {
    expect(
      appliesToWords({
        roles: ['Cook', 'Driver'],
        units: [],
        worker_types: ['employee', 'volunteer'],
        in_contact: true,
      }),
    ).toBe('of every employee or volunteer in direct contact whose role is Cook or Driver')
  })
})
