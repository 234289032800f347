import type { Day } from '#server/lib/days.ts'
import { findingLine, urgencyOfFinding } from '#server/training/program-requirements/program-finding-words.ts'
import type { ProgramFinding } from '#server/training/program-requirements/program-requirement.ts'
import type { ProgramTraining } from '#server/training/program-requirements/program-requirements.queries.ts'
import type { Submission } from '#server/training/program-requirements/submissions.queries.ts'

/**
 * The programs' own requirements on a person's page, the trainings recorded for them with withdrawn
 * ones last, and the evidence that waits for a decision or was declined.
 */
export const ownRequirements = (
  findings: readonly ProgramFinding[],
  trainings: readonly ProgramTraining[],
  submissions: readonly Submission[],
  on: Day,
) => ({
  findings: findings
    .toSorted((a, b) => urgencyOfFinding(a) - urgencyOfFinding(b) || a.title.localeCompare(b.title, 'en-US'))
    .map((one) => findingLine(one, on)),
  submissions: submissions.filter(
    ({ outcome, completed_on }) => completed_on <= on && (outcome === null || outcome === 'declined'),
  ),
  trainings: trainings
    .filter(({ completed_on }) => completed_on <= on)
    .toSorted((a, b) => Number(Boolean(a.superseded_at)) - Number(Boolean(b.superseded_at))),
})
