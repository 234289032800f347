import { type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { overlaps, type Period } from './periods.ts'
import type { LaterTitle } from './role-titles.ts'
import type { WorkerType } from './roster.queries.ts'
import type { WorkTexts } from './work-texts.ts'

/** One employment of one person in one program. Corrections keep its `assignment_id`. */
export type Work = WorkTexts &
  Readonly<{
    worker_type: WorkerType
    /** Role titles after the first, from their days on. */
    later_titles: readonly LaterTitle[]
    hired_on: Day
    separated_on: Day | null
    duties_from: Day | null
    duties_to: Day | null
  }>

export type Assignment = Work &
  Readonly<{
    /** The current row. Every correction writes a new one. */
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

/** Why this employment conflicts with the person's others in the program, or null. */
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
    ? `This overlaps the employment on record here from ${formatDay(other.hired_on)} to ${formatDay(other.separated_on)}.`
    : `The employment since ${formatDay(other.hired_on)} has no last day on record. Record that first.`
  return { field: 'hired_on', message }
}
