import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { type Invitation, type ProgramChoice, readInvitation } from './role-forms.ts'

export const roleFileColumns = {
  name: 'Name',
  email: 'Email',
  role: 'Role',
  where: 'Program',
  employee_id: 'Employee ID',
} as const

/** A file from before this column, or of people who all have an email, does without it. */
const optionalColumns: readonly string[] = ['employee_id']

const mostRows = 500

type RoleFile =
  | { kind: 'read'; invitations: readonly Invitation[] }
  | { kind: 'problems'; problems: readonly string[] }

/** Reads a CSV file of people and their roles; one wrong row and none is taken. */
export function readRoleFile(text: string, programs: readonly ProgramChoice[]): RoleFile {
  const rows = rowsOf(text)
  if (typeof rows === 'string') return { kind: 'problems', problems: [rows] }
  const read = rows.map(({ line, typed }) => ({ line, ...readInvitation(typed, programs) }))
  const problems = read.flatMap((one) =>
    one.kind === 'problems' ? one.problems.map(({ message }) => `Line ${one.line}: ${message}`) : [],
  )
  if (problems.length > 0) return { kind: 'problems', problems }
  return { kind: 'read', invitations: read.flatMap((one) => (one.kind === 'read' ? [one.invitation] : [])) }
}

function rowsOf(text: string) {
  let records: readonly { record: readonly string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      info: true,
      trim: true,
      delimiter: [',', ';', '\t'],
    }) as unknown as typeof records
  } catch {
    return 'The file can’t be read as CSV. Check for a quotation mark that is opened and never closed.'
  }
  const [head, ...rows] = records
  if (!head || rows.length === 0) return 'The file has no rows.'
  if (rows.length > mostRows) return `The file has more than ${mostRows} rows. Send it in parts.`
  const columns = head.record.map(columnOf)
  for (const [key, words] of Object.entries(roleFileColumns))
    if (!columns.includes(key) && !optionalColumns.includes(key))
      return `The first row must hold the headings, and “${words}” is missing.`
  return rows.map(({ record, info }) => ({
    line: info.lines,
    typed: Object.fromEntries(
      columns.flatMap((key, at) => (key ? [[key, unescapeFormula(record[at] ?? '')]] : [])),
    ),
  }))
}

const columnOf = (heading: string): string | null =>
  Object.entries(roleFileColumns).find(
    ([, words]) => words.toLowerCase() === heading.trim().toLowerCase(),
  )?.[0] ?? null

export const roleFileTemplate = (): string =>
  stringify(
    [
      Object.values(roleFileColumns),
      ['Rae Halvorsen', 'rae@northstar.example', 'Program administrator', '9900001', ''],
      ['Noor Haddad', 'noor@review.example', 'Content reviewer', '', ''],
      ['Sam Reyes', '', 'Supervisor', '9900001', 'N-204'],
    ],
    { bom: true, record_delimiter: 'windows' },
  )
