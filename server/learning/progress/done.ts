import type { Done } from './progress.ts'
import type { Enrollment } from './queries.ts'

/** What is done in an enrollment, from its rows. */
export const doneOf = (
  enrollment: Pick<Enrollment, 'finished' | 'skipped' | 'optional' | 'passed'>,
): Done => ({
  finished: new Set(enrollment.finished),
  skipped: new Set(enrollment.skipped),
  optional: new Set(enrollment.optional),
  passed: new Set(enrollment.passed),
})
