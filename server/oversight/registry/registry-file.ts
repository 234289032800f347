import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import { unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'

/** The columns of license data. */
export const registryColumns = {
  license: 'License number',
  status: 'Status',
  may_operate: 'May operate',
  status_from: 'Status from',
  status_until: 'Status until',
  certification: 'Certification',
  certified_from: 'Certified from',
  certified_until: 'Certified until',
  checked_on: 'Checked on',
} as const

type RegistryColumn = keyof typeof registryColumns

export type RegistryRow = Readonly<{ line: number; cells: Readonly<Partial<Record<RegistryColumn, string>>> }>

type RegistryFile = { kind: 'rows'; rows: readonly RegistryRow[] } | { kind: 'unreadable'; message: string }

const mostRegistryRows = 5000

/** Reads license data as CSV with commas, semicolons or tabs. The first row has the headings, in any order. */
export function readRegistryFile(text: string): RegistryFile {
  const unreadable = (message: string): RegistryFile => ({ kind: 'unreadable', message })
  if (text.includes('\0'))
    return unreadable('This is not a text file. Save it as “CSV UTF-8” and upload that.')
  let records: readonly { record: readonly string[]; info: { lines: number } }[]
  try {
    const options = {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }
    records = parse(text, {
      ...options,
      info: true,
      trim: true,
      delimiter: [',', ';', '\t'],
    }) as unknown as typeof records
  } catch {
    return unreadable('The file can’t be read as CSV. Check for a missing closing quotation mark.')
  }
  const [head, ...rows] = records
  if (!head) return unreadable('The file is empty.')
  const columns = head.record.map(columnOf)
  for (const needed of ['license', 'checked_on'] as const)
    if (!columns.includes(needed))
      return unreadable(
        `The first row must contain the headings, and “${registryColumns[needed]}” is missing.`,
      )
  const twice = columns.find((column, index) => column && columns.indexOf(column) !== index)
  if (twice) return unreadable(`Two columns have the heading “${registryColumns[twice]}.” Remove one.`)
  if (rows.length > mostRegistryRows)
    return unreadable(`The file has more than ${mostRegistryRows} rows. Split it and upload the parts.`)
  return {
    kind: 'rows',
    rows: rows.map(({ record, info }) => {
      const cells: Partial<Record<RegistryColumn, string>> = {}
      columns.forEach((column, index) => {
        const cell = unescapeFormula(record[index] ?? '').trim()
        if (column && cell) cells[column] = cell
      })
      return { line: info.lines, cells }
    }),
  }
}

/** Turns one typed row into a file. */
export const fileOfRow = (cells: RegistryRow['cells']): string =>
  stringify([
    Object.values(registryColumns),
    Object.keys(registryColumns).map((column) => cells[column as RegistryColumn] ?? ''),
  ])

export const registryTemplate = (): string =>
  stringify(
    [
      Object.values(registryColumns),
      ['9900001-CRF', 'Active', 'Yes', '', '', specializedCertification, '1/1/2022', '', '6/1/2026'],
    ],
    { bom: true, record_delimiter: 'windows' },
  )

const plain = (heading: string) => heading.toLowerCase().replace(/[^a-z]/g, '')

function columnOf(heading: string): RegistryColumn | null {
  const found = Object.entries(registryColumns).find(([, words]) => plain(words) === plain(heading))
  return found ? (found[0] as RegistryColumn) : null
}
