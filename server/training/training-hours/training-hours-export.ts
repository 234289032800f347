import type { Readable } from 'node:stream'
import { type Column, csvOf, xlsxOf } from '#server/web/spreadsheet.ts'
import type { HoursLine } from './training-hours.ts'

const number = (heading: string, value: (line: HoursLine) => number | null): Column<HoursLine> => ({
  heading,
  width: 12,
  isNumber: true,
  value: (line) => value(line)?.toString() ?? null,
})

const columnsFor = (employeeIds: ReadonlyMap<string, string>): readonly Column<HoursLine>[] => [
  { heading: 'Month', width: 10, value: ({ month }) => month },
  { heading: 'Name', width: 26, value: ({ name }) => name },
  { heading: 'Employee ID', width: 14, value: ({ person_id }) => employeeIds.get(person_id) ?? null },
  number('Course hours', ({ courses }) => courses),
  number('Outside hours', ({ outside }) => outside),
  number('Own hours', ({ own }) => own),
  number('All hours', ({ hours }) => hours),
  number('Cost (USD)', ({ cost }) => cost),
]

export const hoursCsv = (lines: readonly HoursLine[], employeeIds: ReadonlyMap<string, string>): Readable =>
  csvOf(columnsFor(employeeIds), lines)

export const hoursXlsx = (lines: readonly HoursLine[], employeeIds: ReadonlyMap<string, string>): Readable =>
  xlsxOf('Training hours', columnsFor(employeeIds), lines)
