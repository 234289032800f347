import { type CsvError, parse } from 'csv-parse/sync'
import { isWorkbook } from './workbook.ts'

/** The last line of a row, and its cells. */
export type TableRecord = Readonly<{ line: number; cells: readonly string[] }>

type ReadTable =
  | Readonly<{ kind: 'records'; records: readonly TableRecord[] }>
  | Readonly<{ kind: 'unreadable'; message: string }>

/**
 * Reads a table from Excel, a payroll system or a text editor: UTF-8, UTF-16 with a byte order mark, or Windows-1252;
 * commas, semicolons or tabs; any line endings.
 */
export function readTable(bytes: Uint8Array): ReadTable {
  const unreadable = (message: string): ReadTable => ({ kind: 'unreadable', message })
  if (isWorkbook(bytes)) return unreadable('This is an Excel workbook, not a CSV file. Upload it again.')
  const text = decode(bytes)
  if (text.includes('\0')) return unreadable('This is not a text file. Upload a CSV file.')
  // Excel may write a first line that names the separator.
  const [, named] = /^sep=(.)\r?\n/i.exec(text) ?? []
  const body = named ? text.slice(text.indexOf('\n') + 1) : text
  const read = parseRecords(body, named ?? delimiterOf(body))
  if (read.kind === 'unreadable' || !named) return read
  return { kind: 'records', records: read.records.map(({ line, cells }) => ({ line: line + 1, cells })) }
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

function parseRecords(text: string, delimiter: string): ReadTable {
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
