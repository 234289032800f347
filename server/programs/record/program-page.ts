import { type Day, formatDay } from '#server/lib/days.ts'
import type { Place } from '#server/programs/queries.ts'
import { includesDay, periodWords, type RecordedPeriod } from '#server/programs/recorded-period.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import { authorityNames, certificationNames, statusNames } from './program-forms.ts'
import type { DetailsRow, listProgramCorrections, ProgramRecord } from './program-record.queries.ts'

/** A program as of a day: its license, and each certification and status with its days. */
export function programPage(
  place: Place,
  record: ProgramRecord,
  corrections: Awaited<ReturnType<typeof listProgramCorrections>>,
  on: Day,
  today: Day,
  typedOn: string,
) {
  const isInForce = (period: RecordedPeriod) => includesDay(period, on)
  const status = record.statuses.find(isInForce)
  const isLicensed = place.program.kind === 'licensed'
  const base = `/programs/${place.program.id}`
  return {
    title: place.program.name,
    place,
    here: 'program',
    base,
    isLicensed,
    isToday: on === today,
    onWords: formatDay(on),
    typedOn: typedOn || typedDay(on === today ? null : on),
    isKnown: record.details.some(isInForce),
    facts: [
      { name: isLicensed ? 'License holder' : 'Agency', value: place.program.holder },
      ...detailFacts(record.details.find(isInForce)),
      ...(isLicensed && status
        ? [
            { name: 'License status', value: `${statusNames[status.status]}, ${periodWords(status)}` },
            { name: 'May operate', value: status.may_operate ? 'Yes' : 'No' },
          ]
        : []),
      ...(isLicensed && !status ? [{ name: 'License status', value: 'Not on record for this day' }] : []),
    ],
    details: record.details.map((row) => ({
      words: `${row.name}${row.license_number ? `, license ${row.license_number}` : ''}`,
      period: periodWords(row),
      address: `${base}/details/${row.period_id}`,
      isInForce: isInForce(row),
    })),
    statuses: record.statuses.map((row) => ({
      words: `${statusNames[row.status]}${row.may_operate ? '' : ', may not operate'}`,
      period: periodWords(row) + checkedWords(row.checked_on),
      address: `${base}/license-statuses/${row.period_id}`,
      isInForce: isInForce(row),
    })),
    certifications: record.certifications.map((row) => ({
      words: certificationNames[row.type as keyof typeof certificationNames],
      period: periodWords(row) + checkedWords(row.checked_on),
      address: `${base}/certifications/${row.period_id}`,
      isInForce: isInForce(row),
    })),
    corrections: corrections.map((row) => ({
      ...row,
      words: `${row.what}, ${periodWords(row)}: no longer on record`,
    })),
  }
}

const checkedWords = (on: Day | null) => (on ? `; checked ${formatDay(on)}` : '')

function detailFacts(row: DetailsRow | undefined) {
  if (!row) return []
  const { license_number, license_type, licensing_authority, place } = row
  return [
    ...(license_number ? [{ name: 'License number', value: license_number }] : []),
    ...(license_type ? [{ name: 'License type', value: license_type }] : []),
    ...(licensing_authority ? [{ name: 'Licensed by', value: authorityNames[licensing_authority] }] : []),
    ...(place ? [{ name: 'Place', value: place }] : []),
  ]
}
