import type { CertificationType } from '#server/law/facts/facts-schema.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import { addDays, type Day, formatDay } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { periodWords, type RecordedPeriod, sharesDay } from '#server/programs/recorded-period.ts'
import { reasonMissing } from '#server/programs/roster/changes/assignment-forms.ts'
import { type Reader, reader, type Typed } from '#server/programs/typed-form.ts'
import type { LicenseStatus, ProgramRecord } from './program-record.queries.ts'

export type ProgramFact = 'details' | 'status' | 'certification'

/** A row to write. It replaces the row with the same period_id, if there is one. */
export type ProgramRow = RecordedPeriod &
  Readonly<{ period_id: string }> &
  Readonly<Record<string, string | boolean | null>>

export type ProgramDecided =
  | { kind: 'rows'; rows: readonly ProgramRow[]; removed: readonly string[]; reason: string }
  | { kind: 'problems'; problems: readonly Problem[] }

export const statusNames: Readonly<Record<LicenseStatus, string>> = {
  active: 'Active',
  conditional: 'Conditional',
  suspended: 'Suspended',
  revoked: 'Revoked',
  expired: 'Expired',
}

export const certificationNames = {
  [specializedCertification]: 'Youth who are or may be sexually exploited or trafficked',
  qrtp: 'Qualified residential treatment program',
  'pregnant-and-parenting': 'Pregnant and parenting youth',
  'supervised-independent-living': 'Supervised independent living',
} as const satisfies Readonly<Record<CertificationType, string>>

export const authorityNames = {
  DHS: 'Department of Human Services',
  DOC: 'Department of Corrections',
  other: 'Another authority',
} as const

/** Records a program fact that applies from a day on. The one before it ends the day before. */
export function decideProgramFact(
  fact: ProgramFact,
  typed: Typed,
  today: Day,
  record: ProgramRecord,
  isLicensed: boolean,
  period_id: string,
): ProgramDecided {
  const form = reader(typed, today)
  const row = { ...readFact(fact, form, isLicensed, typed), period_id }
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const others = rivals(fact, row, record)
  const before = others.find(({ from_on, to_on }) => to_on === null && from_on < row.from_on)
  // Certifications start and end independently. Details and statuses follow one another without a gap.
  const follows = fact !== 'certification' && before
  const ended = follows ? [{ ...before, to_on: addDays(row.from_on, -1) }] : []
  const rest = follows ? others.filter((other) => other !== before) : others
  const problem = periodProblem(row, rest)
  if (problem) return { kind: 'problems', problems: [problem] }
  return { kind: 'rows', rows: [...ended, row], removed: [], reason: '' }
}

/** Corrects a recorded program fact, or removes one that was never true. */
export function decideProgramCorrection(
  fact: ProgramFact,
  typed: Typed,
  today: Day,
  record: ProgramRecord,
  isLicensed: boolean,
  period_id: string,
): ProgramDecided {
  const form = reader(typed, today)
  const reason = form.line('reason', reasonMissing, 500)
  if (typed.change === 'remove') {
    if (fact === 'details' && record.details.length === 1)
      form.refuse('change', 'You can’t remove the only name on record. Correct it instead.')
    if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
    return { kind: 'rows', rows: [], removed: [period_id], reason }
  }
  const row = { ...readFact(fact, form, isLicensed, typed), period_id }
  if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
  const problem = periodProblem(row, rivals(fact, row, record))
  if (problem) return { kind: 'problems', problems: [problem] }
  return { kind: 'rows', rows: [row], removed: [], reason }
}

function readFact(
  fact: ProgramFact,
  form: Reader,
  isLicensed: boolean,
  typed: Typed,
): Omit<ProgramRow, 'period_id'> & {
  from_on: Day
  to_on: Day | null
} {
  const lasting = {
    from_on: form.day('from_on', 'Enter the first day this applies.') ?? '',
    to_on: form.day('to_on'),
  }
  if (fact === 'details') return { ...lasting, ...readDetails(form, isLicensed) }
  const checked_on = form.day('checked_on')
  if (fact === 'certification')
    return {
      ...lasting,
      checked_on,
      type: form.choice('type', certificationNames, 'Choose a certification.'),
    }
  const may = form.choice('may_operate', { yes: 'Yes', no: 'No' }, 'Choose whether the program may operate.')
  const status = form.choice('status', statusNames, 'Choose a status.')
  if (may === 'yes' && (status === 'suspended' || status === 'revoked') && !typed.reason)
    form.refuse(
      'reason',
      `A program whose license is ${status} may operate only for a stated reason. Enter the reason.`,
    )
  return { ...lasting, checked_on, status, may_operate: may === 'yes' }
}

export function readDetails(form: Reader, isLicensed: boolean) {
  const number = form.line('license_number')
  if (number && !/^\d{6,7}$/.test(number))
    form.refuse('license_number', 'A license number has six or seven digits.')
  if (isLicensed && !number) form.refuse('license_number', 'Enter the license number.')
  return {
    name: form.line('program_name', 'Enter the program’s name.'),
    place: form.line('place'),
    license_number: number || null,
    license_type: form.line('license_type', undefined, 40) || null,
    licensing_authority: isLicensed
      ? form.choice('licensing_authority', authorityNames, 'Choose who licenses the program.')
      : null,
  }
}

function rivals(
  fact: ProgramFact,
  row: Pick<ProgramRow, 'period_id'>,
  record: ProgramRecord,
): readonly ProgramRow[] {
  const { type } = row as { type?: string }
  const rows =
    fact === 'details'
      ? record.details
      : fact === 'status'
        ? record.statuses
        : record.certifications.filter((certification) => certification.type === type)
  return (rows as readonly ProgramRow[]).filter(({ period_id }) => period_id !== row.period_id)
}

/** Only one row may apply on a day. The last day is included. */
function periodProblem(period: RecordedPeriod, others: readonly ProgramRow[]): Problem | null {
  const { from_on, to_on } = period
  if (to_on !== null && to_on < from_on)
    return {
      field: 'to_on',
      message: `The last day, ${formatDay(to_on)}, is before the first, ${formatDay(from_on)}.`,
    }
  const other = others.find((one) => sharesDay(one, period))
  return other
    ? { field: 'from_on', message: `This overlaps the one on record, ${periodWords(other)}.` }
    : null
}
