import { type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { overlaps, type Period } from './periods.ts'
import type { WorkerType } from './roster.queries.ts'

/** What is on record of one person's work in one program; `assignment_id` stays the same through corrections. */
export type Work = Readonly<{
  worker_type: WorkerType
  role_title: string
  hired_on: Day
  separated_on: Day | null
  duties_from: Day | null
  duties_to: Day | null
}>

export type Assignment = Work &
  Readonly<{
    /** The row that stands now; another after every correction. */
    row_id: string
    assignment_id: string
    person_id: string
    program_id: string
    contact: readonly Period[]
    leave: readonly Period[]
  }>

export const workerTypeNames: Readonly<Record<WorkerType, string>> = {
  employee: 'Employee',
  contractor: 'Contractor',
  volunteer: 'Volunteer',
  student: 'Student or intern',
}

/** Why this can't be on record beside the person's other assignments in the program; null where it can. */
export function workProblem(work: Work, others: readonly Work[]): Problem | null {
  const { hired_on, separated_on, duties_from, duties_to } = work
  if (separated_on !== null && separated_on < hired_on)
    return {
      field: 'separated_on',
      message: `The last day of work, ${formatDay(separated_on)}, is before the day of hire, ${formatDay(hired_on)}.`,
    }
  if (duties_from !== null && duties_from < hired_on)
    return {
      field: 'duties_from',
      message: `Duties can’t begin before the day of hire, ${formatDay(hired_on)}.`,
    }
  if (duties_to !== null && (duties_from === null || duties_to < duties_from))
    return { field: 'duties_to', message: 'Duties can’t end before they began.' }
  const other = others.find((one) =>
    overlaps({ from_on: one.hired_on, to_on: one.separated_on }, { from_on: hired_on, to_on: separated_on }),
  )
  if (!other) return null
  const message = other.separated_on
    ? `Work from ${formatDay(other.hired_on)} to ${formatDay(other.separated_on)} is on record here, and the two overlap.`
    : `Work since ${formatDay(other.hired_on)} is on record here without a last day. Record that first.`
  return { field: 'hired_on', message }
}
