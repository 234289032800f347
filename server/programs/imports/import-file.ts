import { unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { columnHeadings, columnOf, type ImportColumn, lineHeading, reasonHeading } from './import-columns.ts'
import { readTable } from './table-file.ts'

export type Cells = Readonly<Partial<Record<ImportColumn, string>>>

/** One row of a file, with its last line and any problem with the row as a whole. */
export type FileRow = Readonly<{ line: number; cells: Cells; problem: string | null }>

type ReadFile =
  | { kind: 'rows'; rows: readonly FileRow[]; ignoredHeadings: readonly string[] }
  | { kind: 'unreadable'; message: string }

export const mostBytes = 5 * 1024 * 1024
const mostRows = 20_000

/** Reads a roster file: its rows by column, or why it can't be read. */
export function readImportFile(bytes: Uint8Array): ReadFile {
  const unreadable = (message: string): ReadFile => ({ kind: 'unreadable', message })
  const table = readTable(bytes)
  if (table.kind === 'unreadable') return table
  const [head, ...rows] = table.records
  if (!head) return unreadable('The file is empty.')
  const columns = head.cells.map((heading) => columnOf(heading))
  const problem = headingProblem(columns)
  if (problem) return unreadable(problem)
  if (rows.length === 0) return unreadable('The file has headings but no rows. Add a row for each person.')
  if (rows.length > mostRows)
    return unreadable(`The file has more than ${mostRows} rows. Split it and upload the parts.`)
  return {
    kind: 'rows',
    rows: rows.map(({ line, cells }) => rowOf(line, cells, columns)),
    ignoredHeadings: head.cells.filter(
      (heading, index) => !columns[index] && heading && ![reasonHeading, lineHeading].includes(heading),
    ),
  }
}

function headingProblem(columns: readonly (ImportColumn | null)[]): string | null {
  const who = columns.includes('employee_id') ? ([] as const) : (['email'] as const)
  const missing = (['name', ...who, 'hired_on'] as const).filter((column) => !columns.includes(column))
  if (missing.length > 0) {
    const names = missing.map((column) => `“${columnHeadings[column]}”`)
    return `The first row must contain the headings, and ${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} missing. The template has all of them.`
  }
  const twice = columns.find((column, index) => column && columns.indexOf(column) !== index)
  return twice ? `Two columns have the heading “${columnHeadings[twice]}.” Remove one.` : null
}

function rowOf(line: number, record: readonly string[], columns: readonly (ImportColumn | null)[]): FileRow {
  const cells: Partial<Record<ImportColumn, string>> = {}
  columns.forEach((column, index) => {
    const cell = unescapeFormula(record[index] ?? '').trim()
    if (column && cell) cells[column] = cell
  })
  const isLonger = record.slice(columns.length).some((cell) => cell !== '')
  return {
    line,
    cells,
    problem: isLonger
      ? 'This row has more cells than there are headings. Check for an extra separator.'
      : null,
  }
}
