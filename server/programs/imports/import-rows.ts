import type { Day } from '#server/lib/days.ts'
import { latinSpellingNeeded } from '#server/lib/latin-spelling.ts'
import type { WorkerType } from '#server/programs/roster/employment/roster.queries.ts'
import { type WorkTexts, workTexts } from '#server/programs/roster/employment/work-texts.ts'
import { isEmail, notAnEmployeeId, oneLine, readDay, readEmployeeId } from '#server/programs/typed-form.ts'
import { columnHeadings, type ImportColumn } from './import-columns.ts'
import type { FileRow } from './import-file.ts'

export type CellProblem = Readonly<{ column: ImportColumn | null; message: string }>

/** A row's values. Undefined for an empty cell, which leaves the record as it is. */
export type RowSays = Partial<WorkTexts> &
  Readonly<{
    name?: string
    email?: string
    employee_id?: string
    worker_type?: WorkerType
    hired_on?: Day
    contact_from?: Day
    contact_to?: Day
    leave_from?: Day
    leave_to?: Day
    separated_on?: Day
    duties_from?: Day
  }>

const dayColumns = [
  'hired_on',
  'contact_from',
  'contact_to',
  'leave_from',
  'leave_to',
  'separated_on',
  'duties_from',
] as const

/** Reads each cell separately and reports problems by column. */
export function readRow(
  { cells, problem }: FileRow,
  today: Day,
  isAgency: boolean,
): Readonly<{ says: RowSays; problems: readonly CellProblem[] }> {
  const problems: CellProblem[] = problem ? [{ column: null, message: problem }] : []
  const refuse = (column: ImportColumn, message: string) => {
    problems.push({ column, message })
  }
  const says: { -readonly [Column in keyof RowSays]: RowSays[Column] } = {}
  for (const column of dayColumns) {
    const cell = cells[column]
    if (!cell) continue
    const read = readDay(cell, today)
    if (read.kind === 'day') says[column] = read.day
    else refuse(column, read.message)
  }
  for (const column of ['name', ...workTexts.map(({ name }) => name)] as const) {
    const line = oneLine(cells[column] ?? '')
    const needed = column === 'name' ? latinSpellingNeeded(line) : null
    if (line.length > 200) refuse(column, 'Use 200 characters or fewer.')
    else if (needed) refuse(column, needed)
    else if (line) says[column] = line
  }
  if (cells.worker_type) {
    const type = workerTypes.get(cells.worker_type.toLowerCase())
    if (type) says.worker_type = type
    else refuse('worker_type', `“${cells.worker_type}” is not employee, contractor, volunteer, or student.`)
  }
  const email = cells.email?.toLowerCase()
  if (cells.employee_id) {
    const id = readEmployeeId(cells.employee_id)
    if (id) says.employee_id = id
    else refuse('employee_id', notAnEmployeeId(cells.employee_id))
  }
  if (!email && !cells.employee_id)
    refuse('email', 'Every row needs an email or an employee ID: it tells who the person is.')
  else if (email && !isEmail(email)) refuse('email', `“${cells.email}” is not an email address.`)
  else if (email) says.email = email
  if (says.duties_from && !isAgency)
    refuse('duties_from', 'Only county and Tribal agencies record child-protection duties.')
  for (const kind of ['contact', 'leave'] as const)
    if (cells[`${kind}_to`] && !cells[`${kind}_from`])
      refuse(`${kind}_to`, `Fill in “${columnHeadings[`${kind}_from`]}” so we know which period ends.`)
  return { says, problems }
}

const workerTypes: ReadonlyMap<string, WorkerType> = new Map([
  ['employee', 'employee'],
  ['contractor', 'contractor'],
  ['volunteer', 'volunteer'],
  ['student', 'student'],
  ['intern', 'student'],
  ['student or intern', 'student'],
])

/** Two rows of the file contradict each other. */
export const contradictsLine = (column: ImportColumn, line: number, said: string): CellProblem => ({
  column,
  message: `Line ${line} says “${said}” for the same person.`,
})
