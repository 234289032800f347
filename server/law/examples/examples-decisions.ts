import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { residentialCourse } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import {
  annual,
  atNorthStar,
  certified,
  finished,
  home,
  initial,
  trainedOn,
  type WorkedExample,
} from './example-lives.ts'

type Period = readonly [from: Day, to?: Day]

const [{ type: certificationType }] = certified()

/** North Star House, certified in some periods. */
const certifiedIn = (...periods: readonly Period[]) => [
  {
    id: home,
    name: 'North Star House',
    certifications: periods.map(([from, to]) => ({ type: certificationType, from, to: to ?? null })),
  },
]

const certifiedThen = (facts: WrittenFacts, ...periods: readonly Period[]): WrittenFacts => ({
  ...facts,
  programs: certifiedIn(...periods),
})

const keepsMonth = (...days: readonly [Day, ...Day[]]): WrittenFacts => ({
  ...trainedOn(...days),
  settings: { annual_anchor: 'keep-month' },
})

const twoEmployments = (
  hired: Day,
  left: Day,
  again: Day,
  completions: NonNullable<WrittenFacts['completions']>,
): WrittenFacts => ({
  programs: [{ id: home, name: 'North Star House', certifications: [...certified()] }],
  assignments: [
    { program: home, hired_on: hired, separated_on: left, contact: [{ from: hired, to: left }] },
    { program: home, hired_on: again, contact: [{ from: again }] },
  ],
  completions,
})

const inContact2024 = { hired_on: '2024-03-01', contact: [{ from: '2024-03-04' }] }
const pausedCertification = [['2022-01-01', '2024-06-30'], ['2024-09-01']] as const
const worker = (more: Partial<NonNullable<WrittenFacts['child_protection']>[number]> = {}) => ({
  agency: 'county',
  hired_on: '2024-01-08',
  duties_from: '2024-01-08',
  ...more,
})
const elsewhere = (more: Partial<NonNullable<WrittenFacts['outside']>[number]>) => ({
  title: 'The same curriculum at another house',
  completed_on: '2024-02-05',
  same_curriculum: true,
  human_trafficking: true,
  certificate_verified: true,
  accepted: true,
  ...more,
})

/** Examples 17 to 32: what was decided on November 30, 2026, by the number of the decision. */
export const decisionExamples: readonly WorkedExample[] = [
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
  {
    number: 24,
    decision: 'I-C5',
    rules: ['R3', 'R6', 'R16'],
    title: 'Not certified in July and August 2024: those days are not late',
    cases: [
      {
        what: 'the initial training: 9 days in June and 3 in September',
        facts: certifiedThen(
          atNorthStar({ hired_on: '2024-06-20', contact: [{ from: '2024-06-21' }] }, [
            finished('2024-09-03'),
          ]),
          ...pausedCertification,
        ),
        on: '2024-09-03',
        requirement: { ...initial, standing: 'current', due_on: '2024-06-21', late_days: 12 },
      },
      {
        what: 'the yearly training: 30 days in June and 3 in September',
        facts: certifiedThen(
          atNorthStar({ hired_on: '2023-05-01', contact: [{ from: '2023-05-15' }] }, [
            finished('2023-05-10'),
            finished('2024-09-03'),
          ]),
          ...pausedCertification,
        ),
        on: '2024-09-03',
        requirement: { ...annual, standing: 'current', late_days: 33 },
      },
    ],
  },
  {
    number: 25,
    decision: 'I-C6',
    rules: ['R15'],
    title: 'Who may not have contact is never in order',
    cases: [
      {
        what: 'untrained, certified today, contact to come while the certification pauses',
        facts: certifiedThen(
          atNorthStar({ hired_on: '2024-03-01', contact: [{ from: '2024-09-02' }] }, []),
          ['2022-01-01', '2024-06-30'],
          ['2025-01-01'],
        ),
        on: '2024-05-01',
        requirement: { ...initial, standing: 'due_before_contact' },
        clearance: { program: home, answer: 'no' },
      },
    ],
  },
  {
    number: 26,
    decision: 'I-C7',
    rules: ['R1'],
    title: 'Clearance asks about that very day',
    cases: [
      {
        what: 'whether there is contact is not on file: it does not matter',
        facts: atNorthStar({ hired_on: '2025-05-01', contact: null }, [finished('2025-06-01')]),
        on: '2026-01-10',
        clearance: { program: home, answer: 'yes', until: '2026-06-30' },
      },
      {
        what: 'the day of hire is not on file, and the training is in order: it does not matter',
        facts: atNorthStar({ hired_on: null, contact: [{ from: '2025-06-08' }] }, [finished('2025-06-01')]),
        on: '2026-01-10',
        clearance: { program: home, answer: 'yes', until: '2026-06-30' },
      },
      {
        what: 'untrained in December 2022, and the day of hire decides: not known',
        facts: atNorthStar({ hired_on: null, contact: [{ from: '2022-09-01' }] }, []),
        on: '2022-12-01',
        clearance: { program: home, answer: 'unknown', until: null },
      },
    ],
  },
  {
    number: 27,
    decision: 'I-C8',
    rules: ['R12'],
    title: 'Waiting, not yet verified, and not on file',
    cases: [
      {
        what: 'not accepted yet: counts as no',
        facts: { ...atNorthStar(inContact2024, []), outside: [elsewhere({ accepted: null })] },
        on: '2024-06-01',
        requirement: { ...initial, standing: 'not_cleared' },
      },
      {
        what: 'its certificate not verified yet: counts as no',
        facts: { ...atNorthStar(inContact2024, []), outside: [elsewhere({ certificate_verified: null })] },
        on: '2024-06-01',
        requirement: { ...initial, standing: 'not_cleared' },
      },
      {
        what: 'whether the version was approved is not on file: not known',
        facts: atNorthStar(inContact2024, [
          { course: residentialCourse, approved: null, completed_on: '2024-02-05' },
        ]),
        on: '2024-06-01',
        requirement: { ...initial, standing: 'unknown' },
        clearance: { program: home, answer: 'unknown' },
      },
    ],
  },
  {
    number: 28,
    decision: 'I-C9',
    rules: ['R19', 'R20'],
    title: 'Duties that come back within one employment restart no date',
    cases: [
      {
        what: 'foundation training: six months from the hire',
        facts: {
          child_protection: [worker({ duties_to: '2024-02-29' }), worker({ duties_from: '2024-06-03' })],
        },
        on: '2024-06-10',
        requirement: {
          requirement: 'child-protection-foundation',
          program: 'county',
          standing: 'due_soon',
          due_on: '2024-07-08',
        },
      },
      {
        what: 'the trafficking training, where the agency asks for it within six months: from the hire too',
        facts: {
          child_protection: [worker({ duties_to: '2024-02-29' }), worker({ duties_from: '2024-06-03' })],
          settings: { trafficking_due_months: 6 },
        },
        on: '2024-06-10',
        requirement: {
          requirement: 'child-protection-trafficking',
          program: 'county',
          standing: 'due_soon',
          due_on: '2024-07-08',
        },
      },
    ],
  },
  {
    number: 29,
    decision: 'I-C10',
    rules: ['R20'],
    title: 'X100 of any age satisfies the foundation training',
    cases: [
      {
        what: 'taken in 2019, hired in 2024: satisfied, to be confirmed with the Academy',
        facts: {
          child_protection: [worker()],
          outside: [
            { code: 'X100', title: 'Child Welfare Foundations', completed_on: '2019-07-20', accepted: true },
          ],
        },
        on: '2024-06-10',
        requirement: {
          requirement: 'child-protection-foundation',
          program: 'county',
          standing: 'current',
          satisfied_on: '2019-07-20',
        },
      },
    ],
  },
  {
    number: 30,
    decision: 'I-C11',
    rules: ['R17'],
    title: 'Overlapping contact and overlapping leaves are refused',
    cases: [
      {
        what: 'two periods of direct contact at once',
        facts: atNorthStar(
          {
            hired_on: '2024-03-01',
            contact: [{ from: '2024-03-04', to: '2024-06-30' }, { from: '2024-06-01' }],
          },
          [],
        ),
        on: '2024-06-10',
        refused: 'assignments[0].contact[1].from',
      },
      {
        what: 'two leaves at once',
        facts: atNorthStar(
          {
            ...inContact2024,
            leave: [{ from: '2024-05-01', to: '2024-06-30' }, { from: '2024-06-01' }],
          },
          [],
        ),
        on: '2024-06-10',
        refused: 'assignments[0].leave[1].from',
      },
    ],
  },
  {
    number: 31,
    decision: 'I-C12',
    rules: ['R13'],
    title: 'The initial training again after a rehire: done between the employments, it counts',
    cases: [
      {
        what: 'left on March 31, trained on April 20, rehired on May 1, 2024',
        facts: {
          ...twoEmployments('2023-03-01', '2024-03-31', '2024-05-01', [
            finished('2023-02-10'),
            finished('2024-04-20'),
          ]),
          settings: { rehire: 'initial-again' },
        },
        on: '2024-05-01',
        requirement: { ...initial, standing: 'current', satisfied_on: '2024-04-20', late_days: 0 },
        clearance: { program: home, answer: 'yes', until: '2025-04-30' },
      },
      {
        what: 'without it: not cleared',
        facts: {
          ...twoEmployments('2023-03-01', '2024-03-31', '2024-05-01', [finished('2023-02-10')]),
          settings: { rehire: 'initial-again' },
        },
        on: '2024-05-01',
        requirement: { ...initial, standing: 'not_cleared' },
      },
    ],
  },
  {
    number: 32,
    decision: 'I-C13',
    rules: ['R1', 'R10'],
    title: 'What is not required has no date',
    cases: [
      {
        what: 'on leave: no date shows, and it has not moved',
        facts: atNorthStar(
          { hired_on: '2025-02-20', contact: [{ from: '2025-04-01' }], leave: [{ from: '2026-02-01' }] },
          [finished('2025-03-15')],
        ),
        on: '2026-02-10',
        requirement: { ...annual, standing: 'not_required', due_on: null },
      },
    ],
  },
]
