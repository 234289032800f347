import { residentialCourse } from '#server/law/facts/ruleset.ts'
import {
  annual,
  atNorthStar,
  certifiedThen,
  elsewhere,
  finished,
  home,
  inContact2024,
  initial,
  keepsMonth,
  twoEmployments,
  type WorkedExample,
} from './example-lives.ts'

/** Examples 17 to 23: how dates and days late are counted, as decided on November 30, 2026, by the decision's number. */
export const decidedDates: readonly WorkedExample[] = [
  {
    number: 17,
    decision: 'I-A1',
    rules: ['R16'],
    title: 'A certification that ended for good, for an early hire of 2022',
    cases: [
      {
        what: 'on its last day: due by January 1, 2023',
        facts: certifiedThen(atNorthStar({ hired_on: '2022-07-08', contact: [{ from: '2022-07-10' }] }, []), [
          '2022-06-01',
          '2022-11-18',
        ]),
        on: '2022-11-18',
        requirement: { ...initial, standing: 'due_soon', due_on: '2023-01-01' },
      },
      {
        what: 'from the day after: not required',
        facts: certifiedThen(atNorthStar({ hired_on: '2022-07-08', contact: [{ from: '2022-07-10' }] }, []), [
          '2022-06-01',
          '2022-11-18',
        ]),
        on: '2022-11-19',
        requirement: { ...initial, standing: 'not_required', due_on: null, rule: 'R16' },
      },
    ],
  },
  {
    number: 18,
    decision: 'I-A2',
    rules: ['R6', 'R15'],
    title: 'The day on which a late training was done is late too',
    cases: [
      {
        what: 'certified from September 20, 2024 with contact going on, done that day: late by 1 day',
        facts: certifiedThen(
          atNorthStar({ hired_on: '2022-10-15', contact: [{ from: '2022-11-05' }] }, [
            finished('2022-11-02'),
            finished('2024-09-20'),
          ]),
          ['2024-09-20'],
        ),
        on: '2024-09-20',
        requirement: { ...annual, standing: 'current', late_days: 1, due_on: '2025-09-30' },
      },
      {
        what: 'done on the day that contact begins again: not late',
        facts: atNorthStar(
          {
            hired_on: '2022-10-15',
            contact: [{ from: '2022-11-05', to: '2023-06-30' }, { from: '2024-09-20' }],
          },
          [finished('2022-11-02'), finished('2024-09-20')],
        ),
        on: '2024-09-20',
        requirement: { ...annual, standing: 'current', late_days: 0 },
      },
      {
        what: 'done on the day of return from leave: not late',
        facts: atNorthStar(
          {
            hired_on: '2022-10-15',
            contact: [{ from: '2022-11-05' }],
            leave: [{ from: '2023-11-01', to: '2024-09-19' }],
          },
          [finished('2022-11-02'), finished('2024-09-20')],
        ),
        on: '2024-09-20',
        requirement: { ...annual, standing: 'current', late_days: 0 },
      },
      {
        what: 'the initial training, done during a leave: late by the days of contact before it',
        facts: atNorthStar(
          {
            hired_on: '2026-07-01',
            contact: [{ from: '2026-08-11' }],
            leave: [{ from: '2026-08-21', to: '2026-10-31' }],
          },
          [finished('2026-10-05')],
        ),
        on: '2026-10-05',
        requirement: { ...initial, standing: 'not_required', late_days: 9 },
      },
    ],
  },
  {
    number: 19,
    decision: 'I-A3',
    rules: ['R1', 'R12'],
    title: 'A missing fact is judged by every value it could have',
    cases: [
      {
        what: 'the day of hire: the year has passed whenever it was',
        facts: atNorthStar({ hired_on: null, contact: [{ from: '2025-06-08' }] }, [finished('2025-06-01')]),
        on: '2026-07-01',
        requirement: { ...annual, standing: 'overdue', due_on: '2026-06-30' },
        clearance: { program: home, answer: 'no' },
      },
      {
        what: 'the approval of the only training: approved or not, the answer is no',
        facts: atNorthStar({ hired_on: '2024-09-01', contact: [{ from: '2024-09-23' }] }, [
          { course: residentialCourse, approved: null, completed_on: '2024-09-20' },
        ]),
        on: '2026-05-19',
        requirement: { ...initial, standing: 'unknown' },
        clearance: { program: home, answer: 'no' },
      },
      {
        what: 'the approval of a later training: yes until the earliest date',
        facts: atNorthStar({ hired_on: '2024-09-01', contact: [{ from: '2024-09-23' }] }, [
          finished('2024-09-20'),
          { course: residentialCourse, approved: null, completed_on: '2025-06-10' },
        ]),
        on: '2025-07-01',
        clearance: { program: home, answer: 'yes', until: '2025-09-30' },
      },
      {
        what: 'whether the only training was the same curriculum: not known',
        facts: {
          ...atNorthStar({ hired_on: '2024-09-01', contact: [{ from: '2024-09-23' }] }, []),
          outside: [elsewhere({ completed_on: '2024-09-20', same_curriculum: null })],
        },
        on: '2024-10-01',
        requirement: { ...initial, standing: 'unknown' },
        clearance: { program: home, answer: 'unknown' },
      },
    ],
  },
  {
    number: 20,
    decision: 'I-C0',
    rules: ['R5'],
    title: 'The month is kept by a renewal in the last 90 days before its date',
    cases: [
      {
        what: 'done on December 31, 2025, 90 days before March 31: next by March 31, 2027',
        facts: keepsMonth('2025-03-15', '2025-12-31'),
        on: '2026-01-15',
        requirement: { ...annual, due_on: '2027-03-31' },
      },
      {
        what: 'done a day earlier: counted from its own day',
        facts: keepsMonth('2025-03-15', '2025-12-30'),
        on: '2026-01-15',
        requirement: { ...annual, due_on: '2026-12-31' },
      },
      {
        what: 'a second training on March 31, 2026 itself: still next by March 31, 2027',
        facts: keepsMonth('2025-03-15', '2026-01-10', '2026-03-31'),
        on: '2026-04-15',
        requirement: { ...annual, due_on: '2027-03-31' },
      },
    ],
  },
  {
    number: 21,
    decision: 'I-C1',
    rules: ['R1', 'R15'],
    title: 'Before a certification of September 15, 2025 begins',
    cases: [
      {
        what: '61 days before the date: not required',
        facts: atNorthStar(inContact2024, [], '2025-09-15'),
        on: '2025-07-15',
        requirement: { ...initial, standing: 'not_required', due_on: null, rule: 'R1' },
      },
      {
        what: '60 days before it: due soon',
        facts: atNorthStar(inContact2024, [], '2025-09-15'),
        on: '2025-07-16',
        requirement: { ...initial, standing: 'due_soon', due_on: '2025-09-14', rule: 'R15' },
      },
      {
        what: 'untrained when a certification ends, and it comes back on September 15: the same',
        facts: certifiedThen(atNorthStar(inContact2024, []), ['2024-01-01', '2025-06-30'], ['2025-09-15']),
        on: '2025-07-16',
        requirement: { ...initial, standing: 'due_soon', due_on: '2025-09-14', rule: 'R15' },
      },
    ],
  },
  {
    number: 22,
    decision: 'I-C2, I-C3',
    rules: ['R2', 'R14', 'R15'],
    title: 'Due before contact, and contact that very day in order',
    cases: [
      {
        what: 'hired early, contact only from February 2023, asked in 2022',
        facts: atNorthStar({ hired_on: '2022-07-01', contact: [{ from: '2023-02-01' }] }, []),
        on: '2022-12-15',
        requirement: { ...initial, standing: 'due_before_contact', due_on: '2023-02-01' },
        clearance: { program: home, answer: 'yes', until: '2023-01-01' },
      },
      {
        what: 'contact after a certification that has not begun',
        facts: atNorthStar({ hired_on: '2025-09-01', contact: [{ from: '2025-09-20' }] }, [], '2025-09-15'),
        on: '2025-09-10',
        requirement: { ...initial, standing: 'due_before_contact', due_on: '2025-09-20' },
        clearance: { program: home, answer: 'yes', until: '2025-09-14' },
      },
    ],
  },
  {
    number: 23,
    decision: 'I-C4',
    rules: ['R2', 'R6'],
    title: 'Two employments with no day between them and contact unbroken',
    cases: [
      {
        what: 'the initial training is due before the first of them',
        facts: twoEmployments('2024-01-08', '2024-03-31', '2024-04-01', [finished('2024-04-10')]),
        on: '2024-04-10',
        requirement: { ...initial, standing: 'current', due_on: '2024-01-08', late_days: 93 },
      },
      {
        what: 'a yearly training done on the first day of the second is late',
        facts: twoEmployments('2023-03-01', '2024-03-31', '2024-04-01', [
          finished('2023-02-10'),
          finished('2024-04-01'),
        ]),
        on: '2024-04-01',
        requirement: { ...annual, standing: 'current', late_days: 32 },
      },
      {
        what: 'with a day between them the second begins again',
        facts: twoEmployments('2024-01-08', '2024-03-31', '2024-04-02', [finished('2024-04-10')]),
        on: '2024-04-10',
        requirement: { ...initial, standing: 'current', due_on: '2024-04-02', late_days: 8 },
      },
    ],
  },
]
