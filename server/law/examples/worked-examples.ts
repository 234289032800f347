import type { Day } from '#server/lib/days.ts'
import type { WorkedExample } from './example-lives.ts'
import { annualExamples } from './examples-annual.ts'
import { changeExamples } from './examples-changes.ts'
import { childProtectionExamples } from './examples-child-protection.ts'
import { decidedAnswers } from './examples-decided-answers.ts'
import { decidedDates } from './examples-decided-dates.ts'
import { initialExamples } from './examples-initial.ts'

/** The worked examples by their number, as the tests check them and the pages compute them. */
export const workedExamples: readonly WorkedExample[] = [
  ...initialExamples,
  ...annualExamples,
  ...changeExamples,
  ...childProtectionExamples,
  ...decidedDates,
  ...decidedAnswers,
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
