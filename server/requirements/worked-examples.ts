import { addDays, addMonths, type Day, lastDayOfMonth } from '#server/lib/days.ts'
import type { ClearanceAnswer, RequirementAnswer } from './answer-schema.ts'
import type { WrittenFacts } from './facts-schema.ts'
import type { RuleCode } from './finding.ts'
import { residentialCourse, specializedCertification } from './ruleset.ts'

/** A case that anyone can compute: the facts, the day asked, and what must come out. */
export type ExampleCase = {
  readonly what: string
  readonly facts: WrittenFacts
  readonly on: Day
  readonly requirement?: Expected<RequirementAnswer, 'requirement' | 'program'>
  readonly clearance?: Expected<ClearanceAnswer, 'program'>
}

type Expected<T, Key extends keyof T> = Required<Pick<T, Key>> & Partial<T>

export type WorkedExample = {
  readonly number: number
  readonly rules: readonly RuleCode[]
  readonly title: string
  readonly cases: readonly ExampleCase[]
}

type Assignment = NonNullable<WrittenFacts['assignments']>[number]
type Outside = NonNullable<WrittenFacts['outside']>[number]

const home = 'north-star'
const certified = (from: Day = '2022-01-01') => [{ type: specializedCertification, from, to: null }] as const
const finished = (completed_on: Day) => ({ course: residentialCourse, approved: true, completed_on })
const finishedAt = (completed_at: string) => ({ course: residentialCourse, approved: true, completed_at })
const initial = { requirement: 'residential-initial', program: home } as const
const annual = { requirement: 'residential-annual', program: home } as const

/** One person at North Star House. */
function atNorthStar(
  assignment: Omit<Assignment, 'program'>,
  completions: WrittenFacts['completions'] & object,
  since: Day = '2022-01-01',
): WrittenFacts {
  return {
    programs: [{ id: home, name: 'North Star House', certifications: [...certified(since)] }],
    assignments: [{ program: home, ...assignment }],
    completions,
  }
}

/** Trained in time, then in contact from the next month on. */
function trainedOn(...days: readonly [Day, ...Day[]]): WrittenFacts {
  const began = addDays(lastDayOfMonth(days[0]), 1)
  return atNorthStar({ hired_on: addMonths(days[0], -1), contact: [{ from: began }] }, days.map(finished))
}

function yearly(
  what: string,
  days: readonly [Day, ...Day[]],
  on: Day,
  expected: Partial<RequirementAnswer>,
): ExampleCase {
  return { what, facts: trainedOn(...days), on, requirement: { ...annual, ...expected } }
}

const academy = (code: string | null, completed_on: Day, title = code ?? ''): Outside => ({
  code,
  title,
  completed_on,
  hours: 6,
  accepted: true,
  human_trafficking: true,
})

function childProtection(
  what: string,
  outside: readonly Outside[],
  expected: Partial<RequirementAnswer>,
  on: Day = '2024-06-01',
): ExampleCase {
  return {
    what,
    facts: {
      outside: [...outside],
      child_protection: [{ agency: 'county', hired_on: '2019-09-03', duties_from: '2019-09-03' }],
    },
    on,
    requirement: { requirement: 'child-protection-trafficking', program: 'county', ...expected },
  }
}

const hiredEarly = { hired_on: '2022-07-31', contact: [{ from: '2022-08-01' }] }
const contactAtEight = {
  hired_on: '2022-08-01',
  contact: [{ from: '2022-08-10', from_at: '2022-08-10T08:00:00-05:00' }],
}
const onLeave = {
  hired_on: '2025-02-20',
  contact: [{ from: '2025-04-01' }],
  leave: [{ from: '2026-02-01', to: '2026-06-14' }],
}
const rehired: WrittenFacts = {
  programs: [{ id: home, name: 'North Star House', certifications: [...certified()] }],
  assignments: [
    {
      program: home,
      hired_on: '2021-05-01',
      separated_on: '2024-03-01',
      contact: [{ from: '2021-05-10', to: '2024-03-01' }],
    },
    { program: home, hired_on: '2026-09-01', contact: [] },
  ],
  completions: [finished('2022-12-15'), finished('2023-12-05')],
}
const transferred = (contactFrom: Day): WrittenFacts => ({
  programs: [
    { id: home, name: 'North Star House', certifications: [...certified()] },
    { id: 'lakeside', name: 'Lakeside', certifications: [...certified()] },
  ],
  assignments: [
    {
      program: home,
      hired_on: '2025-10-01',
      separated_on: '2026-07-31',
      contact: [{ from: '2025-11-01', to: '2026-07-31' }],
    },
    { program: 'lakeside', hired_on: '2026-08-01', contact: [{ from: contactFrom }] },
  ],
  completions: [{ ...finished('2025-10-20'), verified: [{ program: 'lakeside', on: '2026-08-01' }] }],
})
const cook = { hired_on: '2024-02-01', contact: [{ from: '2026-04-13' }] }
const inContact2024 = { hired_on: '2024-03-01', contact: [{ from: '2024-03-04' }] }

/** The worked examples by their number, as the tests check them and the pages compute them. */
export const workedExamples: readonly WorkedExample[] = [
  {
    number: 1,
    rules: ['R2', 'R3'],
    title: 'Hired before August 1, 2022: by January 1, 2023',
    cases: [
      {
        what: 'finished on January 1, 2023: in time',
        facts: atNorthStar(hiredEarly, [finished('2023-01-01')]),
        on: '2023-01-05',
        requirement: {
          ...initial,
          standing: 'current',
          due_on: '2023-01-01',
          satisfied_on: '2023-01-01',
          late_days: 0,
          rule: 'R2',
        },
      },
      {
        what: 'finished on January 2, 2023: late by 1 day, for good',
        facts: atNorthStar(hiredEarly, [finished('2023-01-02')]),
        on: '2023-06-01',
        requirement: {
          ...initial,
          standing: 'current',
          due_on: '2023-01-01',
          satisfied_on: '2023-01-02',
          late_days: 1,
          rule: 'R3',
        },
      },
      {
        what: 'not finished on January 2, 2023: not cleared',
        facts: atNorthStar(hiredEarly, []),
        on: '2023-01-02',
        requirement: {
          ...initial,
          standing: 'not_cleared',
          due_on: '2023-01-01',
          satisfied_on: null,
          late_days: 1,
        },
        clearance: { program: home, answer: 'no', until: null },
      },
    ],
  },
  {
    number: 2,
    rules: ['R2'],
    title: 'Hired on August 1, 2022 or later: before direct contact begins',
    cases: [
      {
        what: 'finished at 7:15 before contact at 8:00 the same morning: in time',
        facts: atNorthStar(contactAtEight, [finishedAt('2022-08-10T07:15:00-05:00')]),
        on: '2022-08-10',
        requirement: { ...initial, standing: 'current', due_on: '2022-08-10', late_days: 0, rule: 'R2' },
      },
      {
        what: 'finished the day after: late',
        facts: atNorthStar(contactAtEight, [finishedAt('2022-08-11T12:00:00-05:00')]),
        on: '2022-08-11',
        requirement: { ...initial, standing: 'current', due_on: '2022-08-10', late_days: 1, rule: 'R3' },
      },
      {
        what: 'in contact on August 10 without it: not cleared',
        facts: atNorthStar(contactAtEight, [finishedAt('2022-08-11T12:00:00-05:00')]),
        on: '2022-08-10',
        requirement: { ...initial, standing: 'not_cleared', due_on: '2022-08-10', satisfied_on: null },
        clearance: { program: home, answer: 'no' },
      },
    ],
  },
  {
    number: 3,
    rules: ['R4'],
    title: 'Finished on March 15, 2025: next by March 31, 2026',
    cases: [
      yearly('the yearly date', ['2025-03-15'], '2025-12-01', {
        standing: 'current',
        due_on: '2026-03-31',
        satisfied_on: '2025-03-15',
        rule: 'R4',
      }),
      yearly('done on the last day, 381 days later: in time', ['2025-03-15', '2026-03-31'], '2026-03-31', {
        standing: 'current',
        late_days: 0,
        satisfied_on: '2026-03-31',
        due_on: '2027-03-31',
      }),
      yearly('done on April 1: late by 1 day', ['2025-03-15', '2026-04-01'], '2026-04-01', {
        standing: 'current',
        late_days: 1,
        rule: 'R6',
        due_on: '2027-04-30',
      }),
    ],
  },
  {
    number: 4,
    rules: ['R4'],
    title: 'Any day of March 2025 gives March 31, 2026',
    cases: [
      yearly('March 1: 395 days', ['2025-03-01'], '2025-06-01', {
        due_on: '2026-03-31',
        standing: 'current',
      }),
      yearly('March 31: 365 days', ['2025-03-31'], '2025-06-01', {
        due_on: '2026-03-31',
        standing: 'current',
      }),
    ],
  },
  {
    number: 5,
    rules: ['R5'],
    title: 'Renewed early: the year is counted from the renewal',
    cases: [
      yearly('retaken on January 10, 2026', ['2025-03-15', '2026-01-10'], '2026-02-01', {
        due_on: '2027-01-31',
        rule: 'R5',
        late_days: 0,
      }),
      {
        what: 'where the program keeps the month',
        facts: { ...trainedOn('2025-03-15', '2026-01-10'), settings: { annual_anchor: 'keep-month' } },
        on: '2026-02-01',
        requirement: { ...annual, due_on: '2027-03-31', rule: 'R5', late_days: 0 },
      },
    ],
  },
  {
    number: 6,
    rules: ['R4'],
    title: 'Leap years',
    cases: [
      yearly('February 29, 2024 gives February 28, 2025', ['2024-02-29'], '2024-06-01', {
        due_on: '2025-02-28',
      }),
      yearly('February 10, 2023 gives February 29, 2024', ['2023-02-10'], '2023-06-01', {
        due_on: '2024-02-29',
      }),
    ],
  },
  {
    number: 7,
    rules: ['R4'],
    title: 'December and January: not a calendar year',
    cases: [
      yearly('December 30, 2025 gives December 31, 2026', ['2025-12-30'], '2026-01-05', {
        due_on: '2026-12-31',
      }),
      yearly('January 2, 2026 gives January 31, 2027', ['2026-01-02'], '2026-02-05', {
        due_on: '2027-01-31',
      }),
    ],
  },
  {
    number: 8,
    rules: ['R6'],
    title: 'Renewed late: due March 31, done May 6, 2026',
    cases: [
      yearly('36 days late, next by May 31, 2027', ['2025-03-15', '2026-05-06'], '2026-05-06', {
        standing: 'current',
        late_days: 36,
        due_on: '2027-05-31',
        rule: 'R6',
      }),
      yearly('overdue from April 1', ['2025-03-15', '2026-05-06'], '2026-04-01', {
        standing: 'overdue',
        late_days: 1,
        due_on: '2026-03-31',
        rule: 'R6',
      }),
    ],
  },
  {
    number: 9,
    rules: ['R10'],
    title: 'On leave from February 1 through June 14, 2026, due March 31',
    cases: [
      {
        what: 'not overdue while on leave; contact would need the training first',
        facts: atNorthStar(onLeave, [finished('2025-03-15')]),
        on: '2026-05-01',
        requirement: { ...annual, standing: 'not_required', due_on: '2026-03-31', late_days: 0, rule: 'R10' },
        clearance: { program: home, answer: 'no' },
      },
      {
        what: 'back on June 15 without it: overdue',
        facts: atNorthStar(onLeave, [finished('2025-03-15')]),
        on: '2026-06-15',
        requirement: { ...annual, standing: 'overdue', due_on: '2026-03-31', rule: 'R10' },
        clearance: { program: home, answer: 'no' },
      },
      {
        what: 'done on June 12, before the return: next by June 30, 2027',
        facts: atNorthStar(onLeave, [finished('2025-03-15'), finished('2026-06-12')]),
        on: '2026-06-15',
        requirement: { ...annual, standing: 'current', due_on: '2027-06-30', late_days: 0 },
        clearance: { program: home, answer: 'yes', until: '2027-06-30' },
      },
    ],
  },
  {
    number: 10,
    rules: ['R11'],
    title: 'To another program with a certificate of October 20, 2025',
    cases: [
      {
        what: 'contact there from August 3, 2026, certificate verified: cleared',
        facts: transferred('2026-08-03'),
        on: '2026-08-03',
        requirement: { ...annual, program: 'lakeside', due_on: '2026-10-31' },
        clearance: { program: 'lakeside', answer: 'yes', until: '2026-10-31' },
      },
      {
        what: 'the initial training goes with the person',
        facts: transferred('2026-08-03'),
        on: '2026-08-03',
        requirement: { ...initial, program: 'lakeside', standing: 'current', rule: 'R11' },
      },
      {
        what: 'contact there from November 2, 2026 with nothing newer: not cleared',
        facts: transferred('2026-11-02'),
        on: '2026-11-02',
        requirement: {
          ...annual,
          program: 'lakeside',
          standing: 'overdue',
          due_on: '2026-10-31',
          rule: 'R11',
        },
        clearance: { program: 'lakeside', answer: 'no' },
      },
    ],
  },
  {
    number: 11,
    rules: ['R13'],
    title: 'Left on March 1, 2024, hired again on September 1, 2026',
    cases: [
      {
        what: 'the initial training of 2022 still counts',
        facts: rehired,
        on: '2026-09-01',
        requirement: {
          ...initial,
          standing: 'current',
          satisfied_on: '2022-12-15',
          late_days: 0,
          rule: 'R13',
        },
      },
      {
        what: 'the yearly date of December 31, 2024 has passed: first the yearly training',
        facts: rehired,
        on: '2026-09-01',
        requirement: { ...annual, standing: 'due_before_contact', due_on: '2024-12-31', rule: 'R13' },
        clearance: { program: home, answer: 'no' },
      },
    ],
  },
  {
    number: 12,
    rules: ['R14'],
    title: 'A cook becomes a youth worker on April 13, 2026',
    cases: [
      {
        what: 'as a cook: before any contact',
        facts: atNorthStar(cook, []),
        on: '2025-06-01',
        requirement: { ...initial, standing: 'due_before_contact', due_on: '2026-04-13', rule: 'R14' },
        clearance: { program: home, answer: 'no' },
      },
      {
        what: 'finished on April 10: in time',
        facts: atNorthStar(cook, [finished('2026-04-10')]),
        on: '2026-04-13',
        requirement: { ...initial, standing: 'current', late_days: 0, rule: 'R14' },
        clearance: { program: home, answer: 'yes', until: '2027-04-30' },
      },
    ],
  },
  {
    number: 13,
    rules: ['R15'],
    title: 'A program certified on September 15, 2025',
    cases: [
      {
        what: 'in contact since 2024: by September 14, 2025',
        facts: atNorthStar(inContact2024, [], '2025-09-15'),
        on: '2025-09-01',
        requirement: { ...initial, standing: 'due_soon', due_on: '2025-09-14', rule: 'R15' },
        clearance: { program: home, answer: 'yes', until: '2025-09-14' },
      },
      {
        what: 'not finished when it takes effect: not cleared',
        facts: atNorthStar(inContact2024, [], '2025-09-15'),
        on: '2025-09-15',
        requirement: { ...initial, standing: 'not_cleared', due_on: '2025-09-14', late_days: 1, rule: 'R15' },
        clearance: { program: home, answer: 'no' },
      },
      {
        what: 'finished on September 14: in time',
        facts: atNorthStar(inContact2024, [finished('2025-09-14')], '2025-09-15'),
        on: '2025-09-15',
        requirement: { ...initial, standing: 'current', late_days: 0, rule: 'R15' },
      },
    ],
  },
  {
    number: 14,
    rules: ['R0'],
    title: 'Half past eleven at night in Minnesota',
    cases: [
      {
        what: '2026-04-01T04:30Z is March 31 in Minnesota: in time',
        facts: atNorthStar({ hired_on: '2025-03-01', contact: [{ from: '2025-04-01' }] }, [
          finished('2025-03-15'),
          finishedAt('2026-04-01T04:30Z'),
        ]),
        on: '2026-03-31',
        requirement: {
          ...annual,
          standing: 'current',
          satisfied_on: '2026-03-31',
          late_days: 0,
          due_on: '2027-03-31',
        },
      },
    ],
  },
  {
    number: 15,
    rules: ['R19'],
    title: 'Child protection: which courses satisfy',
    cases: [
      childProtection('X100 in November 2019: no', [academy('X100', '2019-11-20')], {
        standing: 'not_cleared',
        satisfied_on: null,
      }),
      childProtection('X100 in January 2020: needs confirmation', [academy('X100', '2020-01-15')], {
        standing: 'unknown',
        satisfied_on: null,
      }),
      childProtection('X203 without X204: no', [academy('X203', '2021-02-03')], {
        standing: 'not_cleared',
        satisfied_on: null,
      }),
      childProtection(
        'X203 and X204 in 2021: yes',
        [academy('X203', '2021-02-03'), academy('X204', '2021-02-04')],
        { standing: 'current', satisfied_on: '2021-02-04' },
      ),
      childProtection('X205 on May 1, 2024: yes', [academy('X205', '2024-05-01')], {
        standing: 'current',
        satisfied_on: '2024-05-01',
        due_on: null,
      }),
      childProtection('a national webinar: no', [academy(null, '2024-05-01', 'National webinar')], {
        standing: 'not_cleared',
        satisfied_on: null,
      }),
    ],
  },
  {
    number: 16,
    rules: ['R20'],
    title: 'Child protection: six months for the foundation training',
    cases: (
      [
        ['2026-08-31', '2027-02-28'],
        ['2026-03-15', '2026-09-15'],
      ] as const
    ).map(([hired_on, due_on]) => ({
      what: `hired on ${hired_on}`,
      facts: { child_protection: [{ agency: 'county', hired_on, duties_from: hired_on }] },
      on: hired_on,
      requirement: {
        requirement: 'child-protection-foundation',
        program: 'county',
        due_on,
        standing: 'current',
      },
    })),
  },
]

/** The table of yearly dates: finished on the first day, the next is due by the second. */
export const annualDates: readonly (readonly [completed: Day, due: Day])[] = [
  ['2024-02-29', '2025-02-28'],
  ['2023-02-10', '2024-02-29'],
  ['2025-03-01', '2026-03-31'],
  ['2025-03-31', '2026-03-31'],
  ['2025-04-30', '2026-04-30'],
  ['2025-12-31', '2026-12-31'],
  ['2026-01-01', '2027-01-31'],
]
