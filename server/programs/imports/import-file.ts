import { type CsvError, parse } from 'csv-parse/sync'
import { unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { columnHeadings, columnOf, type ImportColumn, lineHeading, reasonHeading } from './import-columns.ts'
import { isWorkbook } from './workbook.ts'

export type Cells = Readonly<Partial<Record<ImportColumn, string>>>

/** One row of a file, with its last line and any problem with the row as a whole. */
export type FileRow = Readonly<{ line: number; cells: Cells; problem: string | null }>

type ReadFile =
  | { kind: 'rows'; rows: readonly FileRow[]; ignoredHeadings: readonly string[] }
  | { kind: 'unreadable'; message: string }

export const mostBytes = 5 * 1024 * 1024
const mostRows = 20_000

/**
 * Reads a roster file from Excel, a payroll system or a text editor: UTF-8, UTF-16 with a byte order mark, or
 * Windows-1252; commas, semicolons or tabs; any line endings.
 */
export function readImportFile(bytes: Uint8Array): ReadFile {
  const unreadable = (message: string): ReadFile => ({ kind: 'unreadable', message })
  if (isWorkbook(bytes)) return unreadable('This is an Excel workbook, not a CSV file. Upload it again.')
  const text = decode(bytes)
  if (text.includes('\0')) return unreadable('This is not a text file. Upload a CSV file.')
  // Excel may write a first line that names the separator.
  const [, named] = /^sep=(.)\r?\n/i.exec(text) ?? []
  const body = named ? text.slice(text.indexOf('\n') + 1) : text
  const records = parseRecords(body, named ?? delimiterOf(body))
  if (records.kind === 'unreadable') return records
  const [head, ...rows] = records.records
  if (!head) return unreadable('The file is empty.')
  const columns = head.cells.map((heading) => columnOf(heading))
  const problem = headingProblem(columns)
  if (problem) return unreadable(problem)
  if (rows.length === 0) return unreadable('The file has headings but no rows. Add a row for each person.')
  if (rows.length > mostRows)
    return unreadable(`The file has more than ${mostRows} rows. Split it and upload the parts.`)
  const linesBefore = named ? 1 : 0
  return {
    kind: 'rows',
    rows: rows.map(({ line, cells }) => rowOf(line + linesBefore, cells, columns)),
    ignoredHeadings: head.cells.filter(
      (heading, index) => !columns[index] && heading && ![reasonHeading, lineHeading].includes(heading),
    ),
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** The separator that occurs most in the first line, outside quotes. */
function delimiterOf(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '')
  const times = (delimiter: string) => line.split(delimiter).length
  return [',', ';', '\t'].reduce((best, one) => (times(one) > times(best) ? one : best))
}

type Record_ = { line: number; cells: readonly string[] }

function parseRecords(
  text: string,
  delimiter: string,
): { kind: 'records'; records: readonly Record_[] } | { kind: 'unreadable'; message: string } {
  try {
    const parsed = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      info: true,
      trim: true,
      max_record_size: 100_000,
    }) as unknown as readonly { record: readonly string[]; info: { lines: number } }[]
    return {
      kind: 'records',
      records: parsed.map(({ record, info }) => ({ line: info.lines, cells: record })),
    }
  } catch (error) {
    const { code, lines } = error as CsvError & { lines?: number }
    const where = lines ? `Near line ${lines}` : 'Somewhere in the file'
    const what =
      code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'a quotation mark is opened but never closed'
        : 'the file can’t be read as CSV'
    return { kind: 'unreadable', message: `${where}, ${what}. Fix the file and upload it again.` }
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
