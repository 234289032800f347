import { annual, trainedOn, type WorkedExample, yearly } from './example-lives.ts'

/** Examples 3 to 8: the yearly date. */
export const annualExamples: readonly WorkedExample[] = [
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
]
