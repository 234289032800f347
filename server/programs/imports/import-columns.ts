import { type WorkTexts, workTexts } from '#server/programs/roster/employment/work-texts.ts'

/** The columns of a roster file, in the order of the template and the export. */
export const importColumns = [
  'name',
  'email',
  'employee_id',
  'worker_type',
  ...workTexts.map(({ name }) => name),
  'hired_on',
  'contact_from',
  'contact_to',
  'leave_from',
  'leave_to',
  'separated_on',
  'duties_from',
] as const

export type ImportColumn = (typeof importColumns)[number]

export const columnHeadings: Readonly<Record<ImportColumn, string>> = {
  name: 'Name',
  email: 'Email',
  employee_id: 'Employee ID',
  worker_type: 'Worker type',
  ...(Object.fromEntries(workTexts.map(({ name, label }) => [name, label])) as WorkTexts),
  hired_on: 'Hired on',
  contact_from: 'Direct contact from',
  contact_to: 'Direct contact until',
  leave_from: 'Leave from',
  leave_to: 'Leave until',
  separated_on: 'Separated on',
  duties_from: 'Child-protection duties from',
}

/** Headings that we write but don't read. */
export const reasonHeading = 'Reason'
export const lineHeading = 'Line'

const otherHeadings: ReadonlyMap<string, ImportColumn> = new Map<string, ImportColumn>([
  ['full name', 'name'],
  ['person’s name', 'name'],
  ["person's name", 'name'],
  ['employee name', 'name'],
  ['e-mail', 'email'],
  ['email address', 'email'],
  ['e-mail address', 'email'],
  ['employee number', 'employee_id'],
  ['employee no', 'employee_id'],
  ['staff id', 'employee_id'],
  ['staff number', 'employee_id'],
  ['kind of worker', 'worker_type'],
  ['type', 'worker_type'],
  ...workTexts.flatMap(({ name, otherHeadings }) =>
    otherHeadings.map((heading): [string, ImportColumn] => [heading, name]),
  ),
  ['hired', 'hired_on'],
  ['hire date', 'hired_on'],
  ['date of hire', 'hired_on'],
  ['date hired', 'hired_on'],
  ['direct contact to', 'contact_to'],
  ['leave to', 'leave_to'],
  ['separated', 'separated_on'],
  ['separation date', 'separated_on'],
  ['termination date', 'separated_on'],
  ['last day of work', 'separated_on'],
  ['duties from', 'duties_from'],
])

/** The column for a heading, in any capitalization or spacing. Null for an unknown heading. */
export function columnOf(heading: string): ImportColumn | null {
  const plain = heading
    .replace(/[\s_]+/g, ' ')
    .trim()
    .toLowerCase()
  const ours = importColumns.find((column) => columnHeadings[column].toLowerCase() === plain)
  return ours ?? otherHeadings.get(plain) ?? null
}
