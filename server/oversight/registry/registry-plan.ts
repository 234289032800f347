import { createHash } from 'node:crypto'
import { type Day, formatDay } from '#server/lib/days.ts'
import type { ProgramRecord } from '#server/programs/record/program-record.queries.ts'
import { readDay } from '#server/programs/typed-form.ts'
import type { RegistryRow } from './registry-file.ts'
import {
  nothingPlanned,
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
  /** What changes, a sentence each; or what is wrong. */
  words: readonly string[]
  periods: readonly PlannedPeriod[]
}>

/** What each row would do to the record as it stands. Nothing here writes. */
export function planRegistry(
  rows: readonly RegistryRow[],
  programs: ReadonlyMap<string, RegistryProgram>,
  today: Day,
): readonly PlannedLine[] {
  const seen = new Set<string>()
  const planned = new Map<string, string>()
  return rows.map((row) => {
    const license = row.cells.license ?? ''
    const number = /^(\d{6,7})(?:\s*-.*)?$/.exec(license)?.[1] ?? null
    const program = number ? programs.get(number) : undefined
    const told = { line: row.line, license, program_id: program?.id ?? null, program: program?.name ?? null }
    const refused = (words: readonly string[]): PlannedLine => ({
      ...told,
      kind: 'refused',
      words,
      periods: [],
    })
    if (!number)
      return refused([license ? `“${license}” is not a license number.` : 'The license number is missing.'])
    if (!program) return refused([`No program with license ${number} is on record. Add it first.`])
    const kind = typeOf(row.cells.certification)
    // One row a program and certification; the second of two would speak of what the first changes.
    const key = `${number} ${kind ?? ''} ${row.cells.certified_from ?? ''}`
    if (seen.has(key))
      return refused(['Another row of this file speaks of the same license and certification.'])
    seen.add(key)
    const problems: string[] = []
    const dayIn = (
      column: 'checked_on' | 'status_from' | 'status_until' | 'certified_from' | 'certified_until',
    ): Day | null => {
      const text = row.cells[column]
      if (!text) return null
      const read = readDay(text, today)
      if (read.kind === 'day') return read.day
      problems.push(read.message)
      return null
    }
    const checked_on = dayIn('checked_on')
    if (!checked_on && problems.length === 0) problems.push('The day on which it was checked is missing.')
    if (checked_on && checked_on > today)
      problems.push(`It can’t have been checked on ${formatDay(checked_on)}, which has not come.`)
    const days = {
      status: { from: dayIn('status_from'), until: dayIn('status_until') },
      certification: { from: dayIn('certified_from'), until: dayIn('certified_until') },
    }
    if (!checked_on || problems.length > 0) return refused(problems)
    const status = row.cells.status
      ? planStatus(row, program.record, days.status, checked_on)
      : nothingPlanned
    const certification =
      row.cells.certification || days.certification.from || days.certification.until
        ? planCertification(row, program.record, days.certification, checked_on)
        : nothingPlanned
    const wrong = [...status.problems, ...certification.problems]
    if (wrong.length > 0) return refused(wrong)
    if (status.periods.length + certification.periods.length === 0)
      return refused(['The row says neither a status nor a certification.'])
    const fresh: PlannedPeriod[] = []
    for (const period of [...status.periods, ...certification.periods]) {
      // A look-up with a row for each certification says the license's status in every one of them.
      const key = periodKey(program.id, period)
      const before = planned.get(key)
      if (before !== undefined && before !== JSON.stringify(period))
        return refused(['Another row of this file says otherwise of the same days.'])
      if (before === undefined) fresh.push(period)
    }
    for (const period of fresh) planned.set(periodKey(program.id, period), JSON.stringify(period))
    const words = [
      ...(fresh.some(({ fact }) => fact === 'status') ? status.words : []),
      ...(fresh.some(({ fact }) => fact === 'certification') ? certification.words : []),
    ]
    return { ...told, kind: words.length > 0 ? 'changed' : 'checked', words, periods: fresh }
  })
}

const periodKey = (programId: string, period: PlannedPeriod) =>
  `${programId} ${period.fact} ${period.period_id ?? `${period.from_on} ${period.fact === 'certification' ? period.type : ''}`}`

/** The same plan has the same hash; applied only while it is still the one that was looked at. */
export const planHash = (lines: readonly PlannedLine[]): string =>
  createHash('sha256').update(JSON.stringify(lines)).digest('hex')
