import { specializedCertification } from '#server/law/facts/ruleset.ts'
import { addDays, type Day, formatDay } from '#server/lib/days.ts'
import { certificationNames, statusNames } from '#server/programs/record/program-forms.ts'
import type {
  CertificationRow,
  LicenseStatus,
  ProgramRecord,
  StatusRow,
} from '#server/programs/record/program-record.queries.ts'
import { includesDay, type RecordedPeriod, sharesDay } from '#server/programs/recorded-period.ts'
import type { RegistryRow } from './registry-file.ts'

/** A period to record. It replaces the one with its id, or is new if it has none. */
export type PlannedPeriod = Readonly<{
  period_id: string | null
  from_on: Day
  to_on: Day | null
  /** Null where the licensing record was never looked up for this period. */
  checked_on: Day | null
}> &
  (
    | Readonly<{ fact: 'status'; status: LicenseStatus; may_operate: boolean }>
    | Readonly<{ fact: 'certification'; type: string }>
  )

export type Part = Readonly<{
  periods: readonly PlannedPeriod[]
  words: readonly string[]
  problems: readonly string[]
}>
type Days = Readonly<{ from: Day | null; until: Day | null }>

/** For the part of a row that is empty. */
export const nothingPlanned: Part = { periods: [], words: [], problems: [] }
const wrong = (problem: string): Part => ({ ...nothingPlanned, problems: [problem] })

/** The change that a row's status makes. */
export function planStatus(
  row: RegistryRow,
  record: ProgramRecord,
  { from, until }: Days,
  checked_on: Day,
): Part {
  const status = statusOf(row.cells.status ?? '')
  if (!status)
    return wrong(
      `“${row.cells.status}” is not a status we know. Use one of these: ${Object.values(statusNames).join(', ')}.`,
    )
  const may = (row.cells.may_operate ?? '').toLowerCase()
  if (may && !['yes', 'no'].includes(may)) return wrong('Enter yes or no under “May operate.”')
  const may_operate = may ? may === 'yes' : status === 'active' || status === 'conditional'
  const there = record.statuses.find((one) => (from ? one.from_on === from : includesDay(one, checked_on)))
  if (!from && !there) return wrong('No status is on record for that day. Enter the first day of this one.')
  if (there && !from && (there.status !== status || there.may_operate !== may_operate))
    return wrong(
      `The status on record is ${statusNames[there.status]}. Enter the first day of the status ${statusNames[status]}.`,
    )
  const period: PlannedPeriod = {
    fact: 'status',
    period_id: there?.period_id ?? null,
    from_on: there?.from_on ?? from ?? checked_on,
    to_on: until ?? (from ? null : (there?.to_on ?? null)),
    checked_on: laterCheck(there?.checked_on, checked_on),
    status,
    may_operate,
  }
  if (period.to_on !== null && period.to_on < period.from_on)
    return wrong('The last day of the status must not be before its first.')
  const others = record.statuses.filter((one) => one !== there)
  const before = there ? undefined : others.find((one) => one.to_on === null && one.from_on < period.from_on)
  if (others.some((one) => one !== before && sharesDay(one, period)))
    return wrong(
      'Another status is on record for some of these days. Correct it on the program’s page first.',
    )
  const ended = before ? [endedStatus(before, addDays(period.from_on, -1))] : []
  const isNew =
    !there || there.status !== status || there.may_operate !== may_operate || there.to_on !== period.to_on
  const words = isNew
    ? [
        `License status ${statusNames[status]}, ${may_operate ? 'may operate' : 'may not operate'}, ${daysWords(period)}${before ? `, replacing ${statusNames[before.status]}` : ''}.`,
      ]
    : []
  return { periods: [...ended, period], words, problems: [] }
}

const endedStatus = (row: StatusRow, to_on: Day): PlannedPeriod => ({
  ...{
    fact: 'status',
    period_id: row.period_id,
    from_on: row.from_on,
    to_on,
    status: row.status,
    may_operate: row.may_operate,
  },
  checked_on: row.checked_on,
})

/** The change that a row's certification makes. */
export function planCertification(
  row: RegistryRow,
  record: ProgramRecord,
  { from, until }: Days,
  checked_on: Day,
): Part {
  const type = typeOf(row.cells.certification)
  if (!type)
    return wrong(
      `“${row.cells.certification}” is not a certification we know. Use one of these: ${Object.keys(certificationNames).join(', ')}.`,
    )
  const own = record.certifications.filter((one) => one.type === type)
  const there: CertificationRow | undefined = from
    ? own.find((one) => one.from_on === from)
    : (own.find((one) => includesDay(one, checked_on)) ??
      own.find((one) => until !== null && one.from_on <= until))
  if (!there && !from) return wrong('This certification is not on record. Enter its first day.')
  const period: PlannedPeriod = {
    fact: 'certification',
    period_id: there?.period_id ?? null,
    from_on: there?.from_on ?? from ?? checked_on,
    to_on: until ?? (from ? null : (there?.to_on ?? null)),
    checked_on: laterCheck(there?.checked_on, checked_on),
    type,
  }
  if (period.to_on !== null && period.to_on < period.from_on)
    return wrong('The last day of the certification must not be before its first.')
  if (own.some((one) => one !== there && sharesDay(one, period)))
    return wrong(
      'This certification is already on record for some of these days. Correct it on the program’s page first.',
    )
  const name = certificationNames[type as keyof typeof certificationNames]
  if (!there) return { periods: [period], words: [`Certified (${name}) ${daysWords(period)}.`], problems: [] }
  if (there.to_on === period.to_on) return { periods: [period], words: [], problems: [] }
  const words = period.to_on
    ? `The certification (${name}) ends on ${formatDay(period.to_on)}${there.to_on ? `, not on ${formatDay(there.to_on)}` : ''}.`
    : `The certification (${name}) no longer ends on ${formatDay(there.to_on ?? period.from_on)}.`
  return { periods: [period], words: [words], problems: [] }
}

/** A file that was looked up before the last check doesn't take the later day away. */
const laterCheck = (known: Day | null | undefined, checked_on: Day): Day =>
  known && known > checked_on ? known : checked_on

const daysWords = ({ from_on, to_on }: RecordedPeriod) =>
  `from ${formatDay(from_on)} ${to_on ? `to ${formatDay(to_on)}` : 'on'}`

function statusOf(text: string): LicenseStatus | null {
  const found = Object.entries(statusNames).find(([code, name]) =>
    [code, name.toLowerCase()].includes(text.toLowerCase()),
  )
  return found ? (found[0] as LicenseStatus) : null
}

/** If no certification is named: the one that requires the training. */
export function typeOf(text: string | undefined): string | null {
  if (!text) return specializedCertification
  const found = Object.entries(certificationNames).find(([code, name]) =>
    [code, name.toLowerCase()].includes(text.toLowerCase()),
  )
  return found?.[0] ?? null
}
