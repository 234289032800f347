import type { Assignment, Work } from '#server/programs/roster/employment/assignment.ts'
import { type Period, type PeriodKind, periodsCutAt } from '#server/programs/roster/employment/periods.ts'
import { workTextsBy } from '#server/programs/roster/employment/work-texts.ts'

type AssignmentRow = Work & Readonly<{ assignment_id: string; person_id: string; program_id: string }>
export type PeriodRow = Omit<Period, 'row_id'> & Readonly<{ kind: PeriodKind; assignment_id: string }>
type Removal = Readonly<{ kind: 'assignment' | PeriodKind; id: string }>

/**
 * The changes that one form, or a file of ten thousand rows, makes. An assignment or period whose id is already on record
 * supersedes the current row. A removal supersedes it without a new row.
 */
export type RosterChanges = Readonly<{
  /** With the program that asks, if the email has an account already: then its owner is asked first. */
  people: readonly Readonly<{ id: string; name: string; email: string | null; program_id?: string }>[]
  renamed: readonly Readonly<{ id: string; from: string; name: string }>[]
  employeeIds: readonly Readonly<{ program_id: string; person_id: string; employee_id: string }>[]
  assignments: readonly AssignmentRow[]
  periods: readonly PeriodRow[]
  removed: readonly Removal[]
}>

export const noChanges: RosterChanges = {
  people: [],
  renamed: [],
  employeeIds: [],
  assignments: [],
  periods: [],
  removed: [],
}

export const workOf = (work: Work): Work => ({
  worker_type: work.worker_type,
  ...workTextsBy((name) => work[name]),
  later_titles: work.later_titles,
  hired_on: work.hired_on,
  separated_on: work.separated_on,
  duties_from: work.duties_from,
  duties_to: work.duties_to,
})

export const rowOf = (assignment: Assignment, work: Partial<Work> = {}): AssignmentRow => ({
  assignment_id: assignment.assignment_id,
  person_id: assignment.person_id,
  program_id: assignment.program_id,
  ...workOf(assignment),
  ...work,
})

/** Ends an assignment. Open contact and leave end with it, and periods that would begin later are removed. */
export function separation(assignment: Assignment, separated_on: string): RosterChanges {
  const { assignment_id, duties_to, duties_from } = assignment
  const kinds = ['contact', 'leave'] as const
  const cut = kinds.map((kind) => ({ kind, ...periodsCutAt(assignment[kind], separated_on) }))
  const duties =
    duties_from === null || duties_from > separated_on
      ? { duties_from: null, duties_to: null }
      : { duties_to: duties_to === null || duties_to > separated_on ? separated_on : duties_to }
  return {
    ...noChanges,
    assignments: [rowOf(assignment, { separated_on, ...duties })],
    periods: cut.flatMap(({ kind, ended }) => ended.map((period) => ({ ...period, kind, assignment_id }))),
    removed: cut.flatMap(({ kind, removed }) => removed.map(({ period_id }) => ({ kind, id: period_id }))),
  }
}
