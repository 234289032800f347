import type { Readable } from 'node:stream'
import type { Day } from '#server/lib/days.ts'
import { type Column, csvOf, xlsxOf } from '#server/web/spreadsheet.ts'

/** A row of the team, as the files have it. */
type ExportedLine = Readonly<{
  person_id: string
  program_id: string
  name: string
  program: string
  role_title: string
  unit: string
  workerType: string
  clearance: string
  shape: string
  requirement: string
  words: string
  due_on: Day | null
  progress: Readonly<{ passed: number; modules: number }> | null
  lastActiveOn: Day | null
  own: Readonly<{ words: string; due_on: Day | null }> | null
}>

type Asked = Readonly<{ on: Day; asKnownOn: Day | null }>

/** The program's own number for a person. */
export type FindEmployeeId = (line: Pick<ExportedLine, 'person_id' | 'program_id'>) => string | null

const columnsFor = (
  { on, asKnownOn }: Asked,
  employeeIdOf: FindEmployeeId,
): readonly Column<ExportedLine>[] => [
  { heading: 'Name', width: 26, value: (line) => line.name },
  { heading: 'Employee ID', width: 14, value: employeeIdOf },
  { heading: 'Program', width: 26, value: (line) => line.program },
  { heading: 'Role', width: 22, value: (line) => line.role_title },
  { heading: 'Unit or shift', width: 16, value: (line) => line.unit },
  { heading: 'Worker type', width: 14, value: (line) => line.workerType },
  { heading: 'Direct contact', width: 30, value: (line) => line.clearance },
  { heading: 'Standing', width: 20, value: (line) => line.shape.replaceAll('-', ' ') },
  { heading: 'What', width: 34, value: (line) => line.requirement },
  { heading: 'In words', width: 44, value: (line) => line.words },
  { heading: 'Next date', width: 12, isDay: true, value: (line) => line.due_on },
  {
    heading: 'Modules passed',
    width: 15,
    value: ({ progress }) => progress && `${progress.passed} of ${progress.modules}`,
  },
  { heading: 'Last active', width: 12, isDay: true, value: (line) => line.lastActiveOn },
  // The file must show which day it is about.
  { heading: 'As of', width: 12, isDay: true, value: () => on },
  { heading: 'Known', width: 8, value: () => (asKnownOn ? 'then' : 'now') },
  { heading: 'The program’s own requirements', width: 34, value: ({ own }) => own?.words ?? null },
  { heading: 'Own next date', width: 14, isDay: true, value: ({ own }) => own?.due_on ?? null },
]

export const teamCsv = (
  lines: readonly ExportedLine[],
  asked: Asked,
  employeeIdOf: FindEmployeeId,
): Readable => csvOf(columnsFor(asked, employeeIdOf), lines)

export const teamXlsx = (
  lines: readonly ExportedLine[],
  asked: Asked,
  employeeIdOf: FindEmployeeId,
): Readable => xlsxOf('Team', columnsFor(asked, employeeIdOf), lines)
