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
  pausedCertification,
  twoEmployments,
  type WorkedExample,
  worker,
} from './example-lives.ts'

/** Examples 24 to 32: what is in order, what counts and what is required, as decided on the same day. */
export const decidedAnswers: readonly WorkedExample[] = [
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
