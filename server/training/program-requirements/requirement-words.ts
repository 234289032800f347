import { type Day, formatDay } from '#server/lib/days.ts'
import { workerTypeNames } from '#server/programs/roster/employment/assignment.ts'
import type { WorkerType } from '#server/programs/roster/employment/roster.queries.ts'

type Whom = Readonly<{
  roles: readonly string[]
  units: readonly string[]
  worker_types: readonly WorkerType[]
  in_contact: boolean
}>

type Schedule = Readonly<{
  schedule: 'once' | 'same-month' | 'fixed-month' | 'months'
  month: number | null
  months: number | null
  first_days: number
}>

const or = new Intl.ListFormat('en-US', { type: 'disjunction' })

/** "of everyone", "of employees in direct contact whose role is Cook or Driver" */
export function appliesToWords({ roles, units, worker_types, in_contact }: Whom): string {
  const who =
    worker_types.length === 0
      ? 'everyone'
      : `every ${or.format(worker_types.map((type) => workerTypeNames[type].toLowerCase()))}`
  const whose = [
    ...(roles.length > 0 ? [`whose role is ${or.format(roles)}`] : []),
    ...(units.length > 0 ? [`whose unit or shift is ${or.format(units)}`] : []),
  ]
  return ['of', who, ...(in_contact ? ['in direct contact'] : []), whose.join(' and ')]
    .filter(Boolean)
    .join(' ')
}

/** When it is due, in a sentence or two. */
export const scheduleWords = ({ schedule, month, months, first_days }: Schedule): string =>
  `The first time ${first_days === 0 ? 'on the first day' : `within ${first_days === 1 ? '1 day' : `${first_days} days`} of the first day`}. ${againWords({ schedule, month, months })}`

function againWords({ schedule, month, months }: Omit<Schedule, 'first_days'>): string {
  switch (schedule) {
    case 'once':
      return 'Then not again.'
    case 'same-month':
      return 'Then each year, by the end of the month in which it was done the year before.'
    case 'fixed-month':
      return `Then once in each calendar year, by the end of ${monthNames[(month ?? 1) - 1]}.`
    case 'months':
      return `Then again within ${months === 1 ? '1 month' : `${months} months`} each time.`
  }
}

export const monthNames: readonly string[] = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat('en-US', { month: 'long', timeZone: 'UTC' }).format(
    new Date(Date.UTC(2026, month, 1)),
  ),
)

/** "a certificate, the date and at least 4 hours" */
export const evidenceWords = ({
  needs_file,
  least_hours,
}: Readonly<{ needs_file: boolean; least_hours: number | null }>): string =>
  new Intl.ListFormat('en-US').format([
    'the date',
    ...(needs_file ? ['a certificate or sign-in sheet'] : []),
    ...(least_hours ? [least_hours === 1 ? 'at least 1 hour' : `at least ${least_hours} hours`] : []),
  ])

/** "Since March 1, 2026", "From May 1, 2027", "March 1, 2026 to April 30, 2026" */
export function appliesWords(
  { from_on, to_on }: Readonly<{ from_on: Day; to_on: Day | null }>,
  today: Day,
): string {
  if (to_on) return `${formatDay(from_on)} to ${formatDay(to_on)}`
  return `${from_on > today ? 'From' : 'Since'} ${formatDay(from_on)}`
}
