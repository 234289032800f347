import { stringify } from 'csv-stringify/sync'
import writeXlsxFile from 'write-excel-file/node'
import type { TeamLine } from './team-page.ts'

const columns: readonly (readonly [heading: string, value: (line: TeamLine) => string])[] = [
  ['Name', (line) => line.name],
  ['Program', (line) => line.program],
  ['Role', (line) => line.role_title],
  ['Direct contact today', (line) => line.clearance],
  ['Standing', (line) => line.shape.replaceAll('-', ' ')],
  ['What', (line) => line.requirement],
  ['In words', (line) => line.words],
  ['Next date', (line) => line.due_on ?? ''],
  ['Modules passed', (line) => (line.progress ? `${line.progress.passed} of ${line.progress.modules}` : '')],
  ['Last active', (line) => line.lastActive],
]

/** Exactly the rows handed in. A cell that a spreadsheet would take for a formula is written as text. */
export const teamCsv = (lines: readonly TeamLine[]): string =>
  stringify(
    [columns.map(([heading]) => heading), ...lines.map((line) => columns.map(([, value]) => value(line)))],
    {
      bom: true,
      record_delimiter: 'windows',
      escape_formulas: true,
    },
  )

export async function teamXlsx(lines: readonly TeamLine[]): Promise<Buffer> {
  const head = columns.map(([heading]) => ({ value: heading, fontWeight: 'bold' as const }))
  const body = lines.map((line) => columns.map(([, value]) => ({ type: String, value: value(line) })))
  return (await writeXlsxFile([head, ...body]).toBuffer()) as Buffer
}
