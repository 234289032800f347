import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type { Day } from '#server/lib/days.ts'
import {
  annual,
  atNorthStar,
  certified,
  finished,
  finishedAt,
  home,
  initial,
  type WorkedExample,
} from './example-lives.ts'

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

/** Examples 9 to 14: leave, transfer, rehire, later contact, later certification, and midnight. */
export const changeExamples: readonly WorkedExample[] = [
  {
    number: 9,
    rules: ['R10'],
    title: 'On leave from February 1 through June 14, 2026, due March 31',
    cases: [
      {
        what: 'not overdue while on leave; contact would need the training first',
        facts: atNorthStar(onLeave, [finished('2025-03-15')]),
        on: '2026-05-01',
        requirement: { ...annual, standing: 'not_required', due_on: null, late_days: 0, rule: 'R10' },
        clearance: { program: home, answer: 'no', on_leave: true },
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
]
