import { stringify } from 'csv-stringify/sync'
import type { Day } from '#server/lib/days.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import { titleOn } from '#server/programs/roster/employment/role-titles.ts'
import { workTextsBy } from '#server/programs/roster/employment/work-texts.ts'
import { escapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import {
  columnHeadings,
  type ImportColumn,
  importColumns,
  lineHeading,
  reasonHeading,
} from './import-columns.ts'
import type { PlannedRow } from './import-plan.ts'
import type { NamedWork } from './imports.queries.ts'

type Row = Readonly<Partial<Record<ImportColumn, string>>>

/** A roster in the import's format: a row for each employment, and one for each further period of contact or leave. */
export function rosterCsv(
  assignments: readonly Assignment[],
  names: ReadonlyMap<string, NamedWork>,
  today: Day,
): string {
  const rows = assignments
    .map((assignment) => ({ assignment, person: names.get(assignment.person_id) ?? unnamed }))
    .sort(
      (a, b) =>
        a.person.name.localeCompare(b.person.name, 'en') ||
        (a.assignment.hired_on < b.assignment.hired_on ? -1 : 1),
    )
    .flatMap(({ assignment, person }) =>
      rowsOf({ ...assignment, role_title: titleOn(assignment, today) }, person),
    )
  return csv(
    importColumns.map((column) => columnHeadings[column]),
    rows.map((row) => importColumns.map((column) => row[column] ?? '')),
  )
}

const unnamed: NamedWork = { name: '', email: null, employee_id: null }

function rowsOf(assignment: Assignment, { name, email, employee_id }: NamedWork): readonly Row[] {
  const { contact, leave } = assignment
  return Array.from({ length: Math.max(1, contact.length, leave.length) }, (_, index) => ({
    name,
    email: email ?? '',
    employee_id: employee_id ?? '',
    worker_type: assignment.worker_type,
    ...workTextsBy((name) => assignment[name]),
    hired_on: typedDay(assignment.hired_on),
    contact_from: typedDay(contact[index]?.from_on ?? null),
    contact_to: typedDay(contact[index]?.to_on ?? null),
    leave_from: typedDay(leave[index]?.from_on ?? null),
    leave_to: typedDay(leave[index]?.to_on ?? null),
    separated_on: typedDay(assignment.separated_on),
    duties_from: typedDay(assignment.duties_from),
  }))
}

/** The rows with problems, as typed, with the reasons in the last column: to be fixed and uploaded again. */
export const refusedCsv = (rows: readonly PlannedRow[]): string =>
  csv(
    [...importColumns.map((column) => columnHeadings[column]), lineHeading, reasonHeading],
    rows.map(({ cells, line, problems }) => [
      ...importColumns.map((column) => cells[column] ?? ''),
      String(line),
      problems
        .map(({ column, message }) => (column ? `${columnHeadings[column]}: ${message}` : message))
        .join(' '),
    ]),
  )

/** The headings and two sample rows to overwrite. */
export const templateCsv = (): string =>
  csv(
    importColumns.map((column) => columnHeadings[column]),
    sampleRows.map((row) => importColumns.map((column) => row[column] ?? '')),
  )

const sampleRows: readonly Row[] = [
  {
    name: 'Jordan Example',
    email: 'jordan@work.example',
    employee_id: '4482',
    worker_type: 'employee',
    role_title: 'Youth worker',
    unit: 'Nights',
    hired_on: '3/3/2025',
    contact_from: '3/17/2025',
  },
  {
    name: 'Avery Example',
    employee_id: 'C-17',
    worker_type: 'contractor',
    role_title: 'Therapist',
    hired_on: '2025-04-01',
  },
]

/** CSV for Excel: UTF-8 with a byte order mark, CRLF line endings, formulas escaped. */
const csv = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  stringify([headings, ...rows.map((row) => row.map(escapeFormula))], {
    bom: true,
    record_delimiter: 'windows',
  })
