import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { oneLine, type Typed } from '#server/programs/typed-form.ts'

/** What a row may say of a program, under our headings or under those of the licensing look-up's file. */
const headings = {
  holder: ['License holder', 'Holder'],
  program_name: ['Program name', 'Name of program', 'Program'],
  place: ['Place', 'City'],
  license_number: ['License number', 'License'],
  license_type: ['License type'],
  licensing_authority: ['Licensed by', 'Licensing authority'],
  from_on: ['From', 'Initial effective date', 'Current effective date'],
} as const satisfies Readonly<Record<string, readonly string[]>>

type Column = keyof typeof headings

export const programFileColumns = Object.values(headings).map(([first]) => first)

type ProgramLine = Readonly<{
  line: number
  license: string
  name: string
  holder: string
  kind: 'added' | 'known' | 'refused'
  words: string
  /** As the form for a new program takes it. */
  typed: Typed
}>

type ProgramFile = { kind: 'read'; lines: readonly ProgramLine[] } | { kind: 'unreadable'; message: string }

const mostRows = 5000

/**
 * What a file of programs would add: a row names a licensed program, or an agency where it has no license number.
 * Programs on record, and a second row about the same one, are passed over.
 */
export function readProgramFile(
  text: string,
  known: Readonly<{ licenses: ReadonlySet<string>; names: ReadonlySet<string> }>,
  today: string,
): ProgramFile {
  const read = rowsOf(text)
  if (typeof read === 'string') return { kind: 'unreadable', message: read }
  const seen = new Set<string>()
  return {
    kind: 'read',
    lines: read.map(({ line, cells }) => {
      const typed = typedProgram(cells, today)
      const { license_number: license = '', program_name: name = '', holder = '' } = typed
      const told = { line, license, name, holder, typed }
      const refused = (words: string): ProgramLine => ({ ...told, kind: 'refused', words })
      if (!name) return refused('The name of the program is missing.')
      if (!holder) return refused('The license holder is missing.')
      if (license && !/^\d{6,7}$/.test(license)) return refused(`“${license}” is not a license number.`)
      const key = license || `${holder.toLowerCase()} ${name.toLowerCase()}`
      const isKnown = license ? known.licenses.has(license) : known.names.has(key)
      if (isKnown || seen.has(key)) return { ...told, kind: 'known', words: 'On record already.' }
      seen.add(key)
      return {
        ...told,
        kind: 'added',
        words: license ? 'Added.' : 'Added as an agency, because it has no license number.',
      }
    }),
  }
}

function rowsOf(text: string) {
  if (text.includes('\0')) return 'This is not a text file. Save it as “CSV UTF-8” and send that.'
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
  for (const needed of ['holder', 'program_name'] as const)
    if (!columns.includes(needed))
      return `The first row must hold the headings, and “${headings[needed][0]}” is missing.`
  return rows.map(({ record, info }) => {
    const cells: Partial<Record<Column, string>> = {}
    columns.forEach((column, at) => {
      const cell = oneLine(unescapeFormula(record[at] ?? ''))
      if (column && cell) cells[column] ??= cell
    })
    return { line: info.lines, cells }
  })
}

function typedProgram(cells: Readonly<Partial<Record<Column, string>>>, today: string): Typed {
  // The look-up writes '9900001-CRF' in one column or the number and the type in two.
  const [, number = cells.license_number ?? '', type] =
    /^(\d{6,7})-(\w+)/.exec(cells.license_number ?? '') ?? []
  return {
    kind: number ? 'licensed' : 'agency',
    holder: cells.holder ?? '',
    program_name: cells.program_name ?? '',
    place: cells.place ?? '',
    license_number: number,
    license_type: cells.license_type ?? type ?? '',
    licensing_authority: number ? authorityOf(cells.licensing_authority) : '',
    from_on: cells.from_on ?? today,
  }
}

/** The Department of Corrections licenses few of these programs; where a file says nothing, it is Human Services. */
const authorityOf = (text = ''): string =>
  /\bdoc\b|corrections/i.test(text)
    ? 'DOC'
    : text === '' || /\bdhs\b|human services|dcyf|children/i.test(text)
      ? 'DHS'
      : 'other'

const plain = (heading: string) => heading.toLowerCase().replace(/[^a-z]/g, '')

function columnOf(heading: string): Column | null {
  const found = Object.entries(headings).find(([, names]) =>
    names.some((name) => plain(name) === plain(heading)),
  )
  return found ? (found[0] as Column) : null
}

export const programFileTemplate = (): string =>
  stringify(
    [
      [
        ...programFileColumns,
        'Status',
        'May operate',
        'Status from',
        'Certification',
        'Certified from',
        'Checked on',
      ],
      [
        'North Star Youth Services',
        'North Star House',
        'Birch Falls',
        '9900001',
        'CRF',
        'DHS',
        '1/1/2022',
        'Active',
        'Yes',
        '1/1/2022',
        'st-cse-at-risk',
        '1/1/2022',
        '6/1/2026',
      ],
    ],
    { bom: true, record_delimiter: 'windows' },
  )
