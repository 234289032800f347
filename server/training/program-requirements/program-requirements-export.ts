import type { Day } from '#server/lib/days.ts'
import { workerTypeNames } from '#server/programs/roster/employment/assignment.ts'
import { type Column, csvOf, xlsxOf } from '#server/web/spreadsheet.ts'
import type { FindingLine } from './program-finding-words.ts'

type EmployeeIds = ReadonlyMap<string, string>

const columnsFor = (on: Day, employeeIds: EmployeeIds): readonly Column<FindingLine>[] => [
  { heading: 'Name', width: 26, value: ({ name }) => name },
  { heading: 'Employee ID', width: 14, value: ({ person_id }) => employeeIds.get(person_id) ?? null },
  { heading: 'Program', width: 26, value: ({ program }) => program },
  { heading: 'Role', width: 22, value: ({ role_title }) => role_title },
  { heading: 'Unit or shift', width: 16, value: ({ unit }) => unit },
  { heading: 'Worker type', width: 14, value: ({ worker_type }) => workerTypeNames[worker_type] },
  { heading: 'The program’s own requirement', width: 30, value: ({ title }) => title },
  { heading: 'Standing', width: 14, value: ({ shape }) => shape.replaceAll('-', ' ') },
  { heading: 'In words', width: 44, value: ({ words }) => words },
  { heading: 'Last done', width: 12, isDay: true, value: ({ satisfied_on }) => satisfied_on },
  { heading: 'Hours', width: 8, value: ({ hours }) => (hours === null ? null : String(hours)) },
  { heading: 'Due', width: 12, isDay: true, value: ({ due_on }) => due_on },
  { heading: 'As of', width: 12, isDay: true, value: () => on },
]

export const requirementsCsv = (lines: readonly FindingLine[], on: Day, employeeIds: EmployeeIds): string =>
  csvOf(columnsFor(on, employeeIds), lines)

export const requirementsXlsx = (
  lines: readonly FindingLine[],
  on: Day,
  employeeIds: EmployeeIds,
): Promise<Buffer> => xlsxOf('Own requirements', columnsFor(on, employeeIds), lines)
