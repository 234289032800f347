import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { type Cell, workbookFile } from './workbook-file.ts'

/** One column of a downloaded table. A day is a real date in a spreadsheet, and a number a real number. */
export type Column<T> = Readonly<{
  heading: string
  /** In characters. */
  width: number
  isDay?: boolean
  isNumber?: boolean
  value: (line: T) => string | null
}>

/** The lines as CSV, piece by piece. Cells that a spreadsheet would run as formulas are escaped. */
export const csvOf = <T>(columns: readonly Column<T>[], lines: readonly T[]): Readable =>
  Readable.from(csvPieces(columns, lines))

function* csvPieces<T>(columns: readonly Column<T>[], lines: readonly T[]): Generator<string> {
  const options = { record_delimiter: 'windows', escape_formulas: true } as const
  yield stringify([columns.map(({ heading }) => heading)], { ...options, bom: true })
  for (let at = 0; at < lines.length; at += linesAtOnce) {
    const some = lines.slice(at, at + linesAtOnce)
    yield stringify(
      some.map((line) => columns.map(({ value }) => value(line) ?? '')),
      options,
    )
  }
}

/** Few enough that other requests get their turn in between. */
const linesAtOnce = 200

/** The same columns as a sheet with a name, a frozen first row, a filter and real dates. */
export function xlsxOf<T>(name: string, columns: readonly Column<T>[], lines: readonly T[]): Readable {
  const sheet = {
    name,
    widths: columns.map(({ width }) => width),
    headings: columns.map(({ heading }) => heading),
  }
  return Readable.from(workbookFile(sheet, rowsOf(columns, lines)))
}

function* rowsOf<T>(columns: readonly Column<T>[], lines: readonly T[]): Generator<readonly Cell[]> {
  for (const line of lines) yield columns.map((column) => cellOf(column, line))
}

function cellOf<T>({ isDay, isNumber, value }: Column<T>, line: T): Cell {
  const text = value(line)
  if (!text) return null
  if (isNumber) return Number(text)
  return isDay ? { day: text } : text
}
