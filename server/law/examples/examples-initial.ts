import { atNorthStar, finished, finishedAt, home, initial, type WorkedExample } from './example-lives.ts'

const hiredEarly = { hired_on: '2022-07-31', contact: [{ from: '2022-08-01' }] }
const contactAtEight = {
  hired_on: '2022-08-01',
  contact: [{ from: '2022-08-10', from_at: '2022-08-10T08:00:00-05:00' }],
}

/** Examples 1 and 2: the initial date. */
export const initialExamples: readonly WorkedExample[] = [
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
]
