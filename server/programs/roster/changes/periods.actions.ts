import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { dayOf } from '#server/lib/days.ts'
import {
  findAssignment,
  findAssignmentOfPeriod,
} from '#server/programs/roster/employment/assignments.queries.ts'
import type { PeriodKind } from '#server/programs/roster/employment/periods.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { changedMeanwhile, saving } from './assignments.actions.ts'
import { decidePeriod, decidePeriodCorrection, decidePeriodEnd } from './period-forms.ts'
import { type Acting, changeRoster, type RosterAnswer } from './roster.actions.ts'

/** Records a period of direct contact or leave. */
export const startPeriod = (
  db: Database,
  acting: Acting,
  programId: string,
  kind: PeriodKind,
  assignmentId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    recording(acting, kind),
    [programId],
    (trx) => findAssignment(trx, programId, assignmentId),
    (_, assignment) => {
      const decided = decidePeriod(kind, typed, dayOf(acting.now), assignment, randomUUID())
      return saving(`${kind}-recorded`, assignment.person_id, decided)
    },
  )

/** Supervisors record leave too. */
const recording = (acting: Acting, kind: PeriodKind): Acting =>
  kind === 'leave' ? { ...acting, within: acting.viewer.supervised_program_ids } : acting

/** Records the last day of direct contact or leave. */
export const endPeriod = (
  db: Database,
  acting: Acting,
  programId: string,
  kind: PeriodKind,
  periodId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    recording(acting, kind),
    [programId],
    (trx) => findPeriod(trx, programId, kind, periodId),
    (_, { assignment, period }) => {
      const decided = decidePeriodEnd(kind, typed, dayOf(acting.now), assignment, period)
      return saving(`${kind}-ended`, assignment.person_id, decided)
    },
  )

/** Corrects or removes recorded direct contact or leave. */
export const correctPeriod = (
  db: Database,
  acting: Acting,
  programId: string,
  kind: PeriodKind,
  periodId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    acting,
    [programId],
    (trx) => findPeriod(trx, programId, kind, periodId),
    (_, { assignment, period }) => {
      if (typed.seen !== period.row_id) return changedMeanwhile
      const decided = decidePeriodCorrection(kind, typed, dayOf(acting.now), assignment, period)
      return saving(`${kind}-corrected`, assignment.person_id, decided)
    },
  )

async function findPeriod(trx: Transaction<DB>, programId: string, kind: PeriodKind, periodId: string) {
  const assignment = await findAssignmentOfPeriod(trx, programId, kind, periodId)
  const period = assignment?.[kind].find(({ period_id }) => period_id === periodId)
  return assignment && period ? { person_id: assignment.person_id, assignment, period } : null
}
