import type { Readable } from 'node:stream'
import type { Day } from '#server/lib/days.ts'
import { type Column, csvOf, xlsxOf } from '#server/web/spreadsheet.ts'
import { answerWords, type ClearanceLine } from './clearance-list.ts'

/** What the file says of a person; the facts behind it are no longer held. */
export type ExportedLine = Readonly<
  Pick<ClearanceLine, 'person_id' | 'name' | 'role_title' | 'unit' | 'answer' | 'until' | 'on_leave'> & {
    why: string
  }
>

export const exportedLine = ({ email: _email, because, ...line }: ClearanceLine): ExportedLine => ({
  ...line,
  why: because().join(' '),
})

type Exported = Readonly<{
  lines: readonly ExportedLine[]
  on: Day
  employeeIds: ReadonlyMap<string, string>
}>

const columnsFor = ({ on, employeeIds }: Exported): readonly Column<ExportedLine>[] => [
  { heading: 'Name', width: 26, value: (line) => line.name },
  { heading: 'Employee ID', width: 14, value: (line) => employeeIds.get(line.person_id) ?? null },
  { heading: 'Role', width: 22, value: (line) => line.role_title },
  { heading: 'Unit or shift', width: 16, value: (line) => line.unit },
  { heading: 'Direct contact', width: 14, value: (line) => answerWords[line.answer] },
  { heading: 'Until', width: 12, isDay: true, value: (line) => line.until },
  { heading: 'On leave', width: 10, value: (line) => (line.on_leave ? 'Yes' : 'No') },
  { heading: 'Why', width: 80, value: (line) => line.why },
  // The file must show which day it is about.
  { heading: 'As of', width: 12, isDay: true, value: () => on },
]

export const clearanceCsv = (exported: Exported): Readable => csvOf(columnsFor(exported), exported.lines)

export const clearanceXlsx = (exported: Exported): Readable =>
  xlsxOf('Clearance', columnsFor(exported), exported.lines)
