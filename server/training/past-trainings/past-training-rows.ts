import type { Day } from '#server/lib/days.ts'
import type { TableRecord } from '#server/programs/imports/table-file.ts'
import { unescapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { oneLine, readEmployeeId } from '#server/programs/typed-form.ts'
import { type OutsideEntry, readOutsideForm } from '#server/training/outside-form.ts'

/** The columns of a file of past trainings, in the order of the template. */
export const pastColumns = {
  employee_id: 'Employee ID',
  email: 'Email',
  title: 'Title',
  provider: 'Provider',
  completed_on: 'Completed on',
  hours: 'Hours',
  subject: 'About trafficking',
  code: 'Course code',
  same_curriculum: 'Approved residential training',
  topics: 'Topics',
  mastery: 'How learning was assessed',
  file: 'File',
} as const

export type PastColumn = keyof typeof pastColumns

type PastCells = Readonly<Partial<Record<PastColumn, string>>>

type PastProblem = Readonly<{ column: PastColumn | null; message: string }>

/** A row as it was checked. Without problems it becomes an outside training that waits for a decision. */
export type PastRow = Readonly<{
  line: number
  cells: PastCells
  problems: readonly PastProblem[]
  person_id: string | null
  person_name: string | null
  entry: OutsideEntry | null
  scan: string | null
}>

export type KnownPerson = Readonly<{ id: string; name: string }>

export type PastState = Readonly<{
  /** The program's people, by employee id and by email. */
  employees: ReadonlyMap<string, KnownPerson>
  emails: ReadonlyMap<string, KnownPerson>
  /** What is on record already, as `keyOf` writes it. */
  recorded: ReadonlySet<string>
  /** The scans by their names in lower case, and what is wrong with each. */
  scans: ReadonlyMap<string, Readonly<{ name: string; problem: string | null }>>
  today: Day
}>

export const mostPastRows = 500

export const keyOf = (personId: string, completedOn: string, title: string): string =>
  `${personId} ${completedOn} ${oneLine(title).toLowerCase()}`

type ReadColumns =
  | Readonly<{ kind: 'columns'; columns: readonly (PastColumn | null)[] }>
  | Readonly<{ kind: 'unreadable'; message: string }>

/** The columns that a file's headings name, or what is missing. */
export function readColumns(headings: readonly string[]): ReadColumns {
  const columns = headings.map(columnOf)
  const missing = (['title', 'provider', 'completed_on', 'subject'] as const).filter(
    (one) => !columns.includes(one),
  )
  const who = columns.includes('employee_id') || columns.includes('email') ? [] : (['email'] as const)
  const names = [...who, ...missing].map((column) => `“${pastColumns[column]}”`)
  if (names.length > 0)
    return {
      kind: 'unreadable',
      message: `The first row must contain the headings, and these are missing: ${names.join(', ')}. The template has all of them.`,
    }
  const twice = columns.find((column, index) => column && columns.indexOf(column) !== index)
  return twice
    ? { kind: 'unreadable', message: `Two columns have the heading “${pastColumns[twice]}.” Remove one.` }
    : { kind: 'columns', columns }
}

const byHeading: ReadonlyMap<string, PastColumn> = new Map([
  ...Object.entries(pastColumns).map(
    ([column, heading]) => [heading.toLowerCase(), column as PastColumn] as const,
  ),
  ...([
    ['training', 'title'],
    ['course', 'title'],
    ['date', 'completed_on'],
    ['completed', 'completed_on'],
    ['completion date', 'completed_on'],
    ['code', 'code'],
    ['employee number', 'employee_id'],
    ['staff id', 'employee_id'],
    ['e-mail', 'email'],
    ['scan', 'file'],
    ['certificate', 'file'],
  ] as const),
])

const columnOf = (heading: string): PastColumn | null =>
  byHeading.get(oneLine(heading).toLowerCase().replaceAll('_', ' ')) ?? null

/** Checks a file's rows one after the other. Two rows for the same person, day and title: the second is refused. */
export function pastRows(
  records: readonly TableRecord[],
  columns: readonly (PastColumn | null)[],
  state: PastState,
): readonly PastRow[] {
  const taken = new Map<string, number>()
  return records.map(({ line, cells }) => {
    const row = pastRow(line, cellsOf(cells, columns), state)
    if (!row.person_id || !row.entry) return row
    const key = keyOf(row.person_id, row.entry.completed_on, row.entry.title)
    const earlier = taken.get(key)
    taken.set(key, earlier ?? line)
    if (earlier === undefined) return row
    const message = `Line ${earlier} says the same training of the same day for this person.`
    return { ...row, problems: [...row.problems, { column: 'title', message }] }
  })
}

function cellsOf(record: readonly string[], columns: readonly (PastColumn | null)[]): PastCells {
  const cells: Partial<Record<PastColumn, string>> = {}
  columns.forEach((column, index) => {
    const cell = oneLine(unescapeFormula(record[index] ?? ''))
    if (column && cell) cells[column] = cell
  })
  return cells
}

function pastRow(line: number, cells: PastCells, state: PastState): PastRow {
  const problems: PastProblem[] = []
  const person = personOf(cells, state, problems)
  const typed = { ...cells, subject: yesOrNo(cells.subject), same_curriculum: yesOrNo(cells.same_curriculum) }
  const { entry, errors } = readOutsideForm(typed, state.today)
  for (const { field, message } of errors)
    problems.push({
      column: Object.hasOwn(pastColumns, field) ? (field as PastColumn) : null,
      message:
        field === 'subject'
          ? 'Write yes or no: was it about human trafficking or sexual exploitation?'
          : message,
    })
  if (person && entry && state.recorded.has(keyOf(person.id, entry.completed_on, entry.title)))
    problems.push({ column: 'title', message: `On record already for ${person.name} on that day.` })
  return {
    line,
    cells,
    problems,
    person_id: person?.id ?? null,
    person_name: person?.name ?? null,
    entry,
    scan: scanOf(cells, state, problems),
  }
}

/** Who a row is about: by employee id, then by email. Both must not name two people. */
function personOf(
  { employee_id, email }: PastCells,
  state: PastState,
  problems: PastProblem[],
): KnownPerson | null {
  const refuse = (column: PastColumn, message: string): null => {
    problems.push({ column, message })
    return null
  }
  const byId = employee_id ? state.employees.get(readEmployeeId(employee_id) ?? '') : undefined
  const byEmail = email ? state.emails.get(email.toLowerCase()) : undefined
  if (byId && byEmail && byId.id !== byEmail.id)
    return refuse('email', `This email is ${byEmail.name}’s, and the employee ID is ${byId.name}’s.`)
  if (byId || byEmail) return byId ?? byEmail ?? null
  if (employee_id) return refuse('employee_id', 'No one on this roster has this employee ID.')
  return email
    ? refuse('email', 'No one on this roster has this email.')
    : refuse('email', 'Every row needs an employee ID or an email: it tells who took the training.')
}

function scanOf({ file }: PastCells, { scans }: PastState, problems: PastProblem[]): string | null {
  if (!file) return null
  const scan = scans.get(baseName(file))
  const problem = scan ? scan.problem : `The ZIP has no file named “${file}.”`
  if (problem) problems.push({ column: 'file', message: problem })
  return scan && !problem ? scan.name : null
}

/** Files are matched by name: without folders, and capitals don't matter. */
export const baseName = (file: string): string => (file.split(/[\\/]/).at(-1) ?? file).trim().toLowerCase()

const yesOrNo = (cell = ''): string =>
  /^(yes|y|true|x|1)$/i.test(cell) ? 'yes' : /^(no|n|false|0)$/i.test(cell) ? 'no' : ''
