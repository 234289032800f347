import { stringify } from 'csv-stringify/sync'
import writeXlsxFile from 'write-excel-file/node'
import type { Day } from '#server/lib/days.ts'
import type { TeamLine } from './team-page.ts'

type Asked = Readonly<{ on: Day; asKnownOn: Day | null }>

const columns: readonly (readonly [heading: string, value: (line: TeamLine, asked: Asked) => string])[] = [
  ['Name', (line) => line.name],
  ['Program', (line) => line.program],
  ['Role', (line) => line.role_title],
  ['Direct contact', (line) => line.clearance],
  ['Standing', (line) => line.shape.replaceAll('-', ' ')],
  ['What', (line) => line.requirement],
  ['In words', (line) => line.words],
  ['Next date', (line) => line.due_on ?? ''],
  ['Modules passed', (line) => (line.progress ? `${line.progress.passed} of ${line.progress.modules}` : '')],
  ['Last active', (line) => line.lastActiveOn ?? ''],
  // The file must show which day it is about.
  ['As of', (_, { on }) => on],
  ['Known', (_, { asKnownOn }) => (asKnownOn ? 'then' : 'now')],
]

/** The rows as CSV. Cells that a spreadsheet would run as formulas are escaped. */
export const teamCsv = (lines: readonly TeamLine[], asked: Asked): string =>
  stringify([columns.map(([heading]) => heading), ...cellsOf(lines, asked)], {
    bom: true,
    record_delimiter: 'windows',
    escape_formulas: true,
  })

export async function teamXlsx(lines: readonly TeamLine[], asked: Asked): Promise<Buffer> {
  const head = columns.map(([heading]) => ({ value: heading, fontWeight: 'bold' as const }))
  const body = cellsOf(lines, asked).map((cells) => cells.map((value) => ({ type: String, value })))
  return (await writeXlsxFile([head, ...body]).toBuffer()) as Buffer
}

const cellsOf = (lines: readonly TeamLine[], asked: Asked) =>
  lines.map((line) => columns.map(([, value]) => value(line, asked)))
