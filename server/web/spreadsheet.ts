import type { Blob } from 'node:buffer'
import type Stream from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import type { Feature, SheetData } from 'write-excel-file/node'
import type { Day } from '#server/lib/days.ts'

/** One column of a downloaded table. A day is a real date in a spreadsheet, and a number a real number. */
export type Column<T> = Readonly<{
  heading: string
  /** In characters. */
  width: number
  isDay?: boolean
  isNumber?: boolean
  value: (line: T) => string | null
}>

/** The lines as CSV. Cells that a spreadsheet would run as formulas are escaped. */
export const csvOf = <T>(columns: readonly Column<T>[], lines: readonly T[]): string =>
  stringify(
    [
      columns.map(({ heading }) => heading),
      ...lines.map((line) => columns.map(({ value }) => value(line) ?? '')),
    ],
    { bom: true, record_delimiter: 'windows', escape_formulas: true },
  )

/** The same columns as a sheet with a name, a frozen first row, a filter and real dates. */
export async function xlsxOf<T>(
  sheet: string,
  columns: readonly Column<T>[],
  lines: readonly T[],
): Promise<Buffer> {
  const head = columns.map(({ heading }) => ({ value: heading, fontWeight: 'bold' as const }))
  const body = lines.map((line) => columns.map((column) => cellOf(column, line)))
  const options = {
    sheet,
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    dateFormat: 'yyyy-mm-dd',
  }
  const features = [filterOver(columns.length, lines.length + 1)]
  const data: SheetData = [head, ...body]
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  return (await writeXlsxFile(data, options, { features }).toBuffer()) as Buffer
}

function cellOf<T>({ isDay, isNumber, value }: Column<T>, line: T) {
  const text = value(line)
  if (isNumber) return text ? { type: Number, value: Number(text) } : null
  if (isDay) return text ? { type: Date, value: dateOf(text) } : null
  return text ? { type: String, value: text } : null
}

const dateOf = (day: Day) => new Date(`${day}T00:00:00Z`)

/** The library leaves filters out. The element belongs right after the rows. */
const filterOver = (columns: number, rows: number): Feature<Stream | Buffer | Blob> => ({
  files: {
    transform: {
      'xl/worksheets/sheet{id}.xml': {
        transform: (xml: string) =>
          xml.replace('</sheetData>', `</sheetData><autoFilter ref="A1:${letterOf(columns)}${rows}"/>`),
      },
    },
  },
})

const letterOf = (column: number) => String.fromCharCode(64 + column)
