import { specializedCertification } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'
import type { ProgramHead } from '#server/programs/queries.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { authorityNames, certificationNames, statusNames } from './program-forms.ts'
import type { ProgramRecord } from './program-record.queries.ts'

/** A license as its card shows it on a day: each period of its status, each certification, and when it was last checked. */
export function licenseCard(program: ProgramHead, record: ProgramRecord, on: Day) {
  const status = record.statuses.find((one) => includesDay(one, on)) ?? null
  const certification =
    record.certifications.find((one) => one.type === specializedCertification && includesDay(one, on)) ?? null
  return {
    program,
    license: licenseWords(program),
    authority: program.licensing_authority ? authorityOf(program.licensing_authority) : null,
    status: status && {
      ...status,
      word: statusNames[status.status],
      tone: toneOf(status.status, status.may_operate),
    },
    certification,
    statuses: record.statuses.map((one) => ({
      ...one,
      word: statusNames[one.status],
      isNow: includesDay(one, on),
    })),
    certifications: record.certifications.map((one) => ({
      ...one,
      word:
        one.type in certificationNames
          ? certificationNames[one.type as keyof typeof certificationNames]
          : one.type,
      isNow: includesDay(one, on),
    })),
  }
}

export type LicenseCard = ReturnType<typeof licenseCard>

/** '9900001-CRF', as licensing records write it. */
export const licenseWords = (
  program: Readonly<{ license_number: string | null; license_type: string | null }>,
) => [program.license_number, program.license_type].filter(Boolean).join('-')

const authorityOf = (code: string): string =>
  code in authorityNames ? authorityNames[code as keyof typeof authorityNames] : code

/** The color of a license status. */
export const toneOf = (status: string, mayOperate: boolean): 'good' | 'caution' | 'stop' =>
  !mayOperate ? 'stop' : status === 'active' ? 'good' : 'caution'
