import type { Day } from '#server/lib/days.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import {
  type Period,
  type PeriodKind,
  periodNames,
  periodProblem,
} from '#server/programs/roster/employment/periods.ts'
import { type Reader, reader, type Typed } from '#server/programs/typed-form.ts'
import { type Decided, reasonMissing } from './assignment-forms.ts'
import { noChanges, type PeriodRow } from './roster-changes.ts'

/** Records a period of direct contact or leave. */
export function decidePeriod(
  kind: PeriodKind,
  typed: Typed,
  today: Day,
  assignment: Assignment,
  period_id: string,
): Decided {
  const form = reader(typed, today)
  return decide(kind, form, assignment, { period_id, ...readPeriod(kind, form) }, noteIn(form))
}

/** Sets the last day of open direct contact or leave. */
export function decidePeriodEnd(
  kind: PeriodKind,
  typed: Typed,
  today: Day,
  assignment: Assignment,
  period: Period,
): Decided {
  const form = reader(typed, today)
  const to_on = form.day('to_on', 'Enter the last day.')
  if (period.to_on !== null)
    form.refuse('to_on', 'A last day is already on record. To change it, correct the record.')
  return decide(kind, form, assignment, { ...period, to_on }, noteIn(form))
}

/** Corrects recorded contact or leave, or removes a period that never was. */
export function decidePeriodCorrection(
  kind: PeriodKind,
  typed: Typed,
  today: Day,
  assignment: Assignment,
  period: Period,
): Decided {
  const form = reader(typed, today)
  const reason = form.line('reason', reasonMissing, 500)
  if (typed.change !== 'remove')
    return decide(kind, form, assignment, { period_id: period.period_id, ...readPeriod(kind, form) }, reason)
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const { assignment_id } = assignment
  const changes = { ...noChanges, removed: [{ kind, id: period.period_id }] }
  return {
    kind: 'changes',
    changes,
    reason,
    facts: { assignment_id, period_id: period.period_id, removed: true },
  }
}

/** Why, where the form asks. */
const noteIn = (form: Reader) => form.line('reason', undefined, 500)

function readPeriod(kind: PeriodKind, form: Reader): Omit<Period, 'row_id' | 'period_id'> {
  const from_on = form.day('from_on', `Enter the first day of ${periodNames[kind].toLowerCase()}.`)
  const from_at = kind === 'contact' ? form.timeOn('from_time', from_on) : null
  return { from_on: from_on ?? '', from_at, to_on: form.day('to_on') }
}

function decide(
  kind: PeriodKind,
  form: Reader,
  assignment: Assignment,
  { period_id, from_on, from_at, to_on }: Omit<Period, 'row_id'>,
  reason: string,
): Decided {
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const { assignment_id, separated_on } = assignment
  // There is no contact after the last day of work, so an open period ends on it.
  const period: PeriodRow = { kind, period_id, assignment_id, from_on, from_at, to_on: to_on ?? separated_on }
  const others = assignment[kind].filter((other) => other.period_id !== period_id)
  const problem = periodProblem(kind, period, assignment, others)
  if (problem) return { kind: 'problems', problems: [problem] }
  return {
    kind: 'changes',
    changes: { ...noChanges, periods: [period] },
    reason,
    facts: { assignment_id, period_id, from_on: period.from_on, to_on: period.to_on },
  }
}
