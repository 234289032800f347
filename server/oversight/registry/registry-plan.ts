import { createHash } from 'node:crypto'
import { type Day, formatDay } from '#server/lib/days.ts'
import type { ProgramRecord } from '#server/programs/record/program-record.queries.ts'
import { readDay } from '#server/programs/typed-form.ts'
import type { RegistryRow } from './registry-file.ts'
import {
  nothingPlanned,
  type Part,
  type PlannedPeriod,
  planCertification,
  planStatus,
  typeOf,
} from './registry-periods.ts'

export type RegistryProgram = Readonly<{
  id: string
  name: string
  license_number: string
  record: ProgramRecord
}>

export type PlannedLine = Readonly<{
  line: number
  license: string
  program_id: string | null
  program: string | null
  kind: 'changed' | 'checked' | 'refused'
  /** A sentence for each change, or what is wrong. */
  words: readonly string[]
  periods: readonly PlannedPeriod[]
}>

/** The changes that each row would make to the current record. Writes nothing. */
export function planRegistry(
  rows: readonly RegistryRow[],
  programs: ReadonlyMap<string, RegistryProgram>,
  today: Day,
): readonly PlannedLine[] {
  const seen = new Set<string>()
  const planned = new Map<string, string>()
  return rows.map((row): PlannedLine => {
    const license = row.cells.license ?? ''
    const number = /^(\d{6,7})(?:\s*-.*)?$/.exec(license)?.[1] ?? null
    const program = number ? programs.get(number) : undefined
    const base = { line: row.line, license, program_id: program?.id ?? null, program: program?.name ?? null }
    const refused = (words: readonly string[]): PlannedLine => ({
      ...base,
      kind: 'refused',
      words,
      periods: [],
    })
    if (!number)
      return refused([license ? `“${license}” is not a license number.` : 'The license number is missing.'])
    if (!program) return refused([`No program with license ${number} is on record. Add it first.`])
    const kind = typeOf(row.cells.certification)
    // One row per program and certification, because a second row would change what the first one changed.
    const key = `${number} ${kind ?? ''} ${row.cells.certified_from ?? ''}`
    if (seen.has(key))
      return refused(['Another row of this file is about the same license and certification.'])
    seen.add(key)
    const read = readParts(row, program.record, today)
    if (read.kind === 'refused') return refused(read.problems)
    const { status, certification } = read
    const fresh: PlannedPeriod[] = []
    for (const period of [...status.periods, ...certification.periods]) {
      // Look-up data with one row per certification repeats the license status in each row.
      const key = periodKey(program.id, period)
      const before = planned.get(key)
      if (before !== undefined && before !== JSON.stringify(period))
        return refused(['Another row of this file contradicts this one.'])
      if (before === undefined) fresh.push(period)
    }
    for (const period of fresh) planned.set(periodKey(program.id, period), JSON.stringify(period))
    const words = [
      ...(fresh.some(({ fact }) => fact === 'status') ? status.words : []),
      ...(fresh.some(({ fact }) => fact === 'certification') ? certification.words : []),
    ]
    return { ...base, kind: words.length > 0 ? 'changed' : 'checked', words, periods: fresh }
  })
}

type ReadParts =
  | Readonly<{ kind: 'refused'; problems: readonly string[] }>
  | Readonly<{ kind: 'read'; status: Part; certification: Part }>

/** What a row says of a program's license status and certification, compared with its record. */
function readParts(row: RegistryRow, record: ProgramRecord, today: Day): ReadParts {
  const { cells } = row
  const problems: string[] = []
  const dayIn = (column: DayColumn): Day | null => {
    const text = cells[column]
    if (!text) return null
    const read = readDay(text, today)
    if (read.kind === 'day') return read.day
    problems.push(read.message)
    return null
  }
  const checked_on = dayIn('checked_on')
  if (!checked_on && problems.length === 0) problems.push('Enter the day it was checked.')
  if (checked_on && checked_on > today)
    problems.push(`The checked day, ${formatDay(checked_on)}, is in the future.`)
  const status = { from: dayIn('status_from'), until: dayIn('status_until') }
  const certified = { from: dayIn('certified_from'), until: dayIn('certified_until') }
  if (!checked_on || problems.length > 0) return { kind: 'refused', problems }
  const parts = {
    status: cells.status ? planStatus(row, record, status, checked_on) : nothingPlanned,
    certification:
      cells.certification || certified.from || certified.until
        ? planCertification(row, record, certified, checked_on)
        : nothingPlanned,
  }
  const wrong = [...parts.status.problems, ...parts.certification.problems]
  if (wrong.length > 0) return { kind: 'refused', problems: wrong }
  if (parts.status.periods.length + parts.certification.periods.length === 0)
    return { kind: 'refused', problems: ['The row has neither a status nor a certification.'] }
  return { kind: 'read', ...parts }
}

type DayColumn = 'checked_on' | 'status_from' | 'status_until' | 'certified_from' | 'certified_until'

const periodKey = (programId: string, period: PlannedPeriod) =>
  `${programId} ${period.fact} ${period.period_id ?? `${period.from_on} ${period.fact === 'certification' ? period.type : ''}`}`

/** A plan is applied only if its hash still equals the hash of the plan that the person saw. */
export const planHash = (lines: readonly PlannedLine[]): string =>
  createHash('sha256').update(JSON.stringify(lines)).digest('hex')
