import { stringify } from 'csv-stringify/sync'
import { addDays, type Day, formatDay } from '#server/lib/days.ts'
import { statusNames } from '#server/programs/record/program-forms.ts'
import type { OverviewDayProgram, OverviewProgram, ProgramCounts } from './overview.queries.ts'

/** Why people are not cleared, in the order of the page. */
const causeWords: Readonly<Record<string, string>> = {
  'annual-training': 'Annual training overdue',
  'initial-training': 'Initial training not finished',
  'waiting-for-decision': 'Outside training waiting for a decision',
  'certificate-revoked': 'A certificate was revoked',
  'records-conflict': 'Records conflict',
  'missing-fact': 'A fact is missing',
  'not-on-roster': 'Not on the roster',
  'on-leave': 'On leave',
}

const filterWords = {
  all: 'All certified programs',
  gaps: 'Someone is not cleared',
  due: 'Someone is due in the next 30 days',
  unchecked: 'License never checked',
  ending: 'License or certification ends within 90 days',
} as const

/** The license statuses, and none on record. */
const statusWords: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(statusNames).map(([status, words]) => [
      `license-${status}`,
      `License ${words.toLowerCase()}`,
    ]),
  ),
  'license-unknown': 'License status not on record',
}

const statusFilter = ({ status }: ProgramCounts) => `license-${status ?? 'unknown'}`

/** The programs that a list can be narrowed to. */
export const overviewFilters: Readonly<Record<string, string>> = {
  ...filterWords,
  ...causeWords,
  ...statusWords,
}

const notCleared = ({ in_contact, cleared }: ProgramCounts) => in_contact - cleared

/** The totals over all certified programs, and each cause with its people and programs. */
export function overviewTotals(programs: readonly ProgramCounts[]) {
  const sum = (count: (program: ProgramCounts) => number) =>
    programs.reduce((total, program) => total + count(program), 0)
  const causes = Object.entries(causeWords)
    .map(([cause, words]) => ({
      cause,
      words,
      people: sum((program) => program.causes[cause] ?? 0),
      programs: programs.filter((program) => (program.causes[cause] ?? 0) > 0).length,
    }))
    .filter(({ people }) => people > 0)
    .sort((a, b) => b.people - a.people)
  const statuses = Object.entries(statusWords)
    .map(([show, words]) => ({
      show,
      words,
      programs: programs.filter((program) => statusFilter(program) === show).length,
    }))
    .filter((one) => one.programs > 0)
  return {
    programs: programs.length,
    statuses,
    inContact: sum(({ in_contact }) => in_contact),
    cleared: sum(({ cleared }) => cleared),
    notCleared: sum(notCleared),
    withGap: programs.filter((program) => notCleared(program) > 0).length,
    dueSoon: sum(({ due_soon }) => due_soon),
    stale: sum(({ stale }) => stale),
    most: Math.max(1, ...causes.map(({ people }) => people)),
    causes,
  }
}

/** The programs of one filter, those with the most people not cleared first. */
export function overviewPrograms(programs: readonly OverviewProgram[], show: string, today: Day) {
  return programs
    .filter((program) => isShown(program, show, today))
    .map((program) => ({ ...program, not_cleared: notCleared(program) }))
    .sort((a, b) => b.not_cleared - a.not_cleared)
}

/** One page of a list of programs, and the addresses of the others. `address` ends where the page's number is to follow. */
export function onePage<T>(programs: readonly T[], page: number, address: string) {
  const last = Math.max(1, Math.ceil(programs.length / pageSize))
  const current = Math.min(page, last)
  return {
    programs: programs.slice((current - 1) * pageSize, current * pageSize),
    pages: { current, last, href: `${address}page={page}` },
  }
}

const pageSize = 50

function isShown(program: OverviewProgram, show: string, today: Day): boolean {
  if (show in statusWords) return statusFilter(program) === show
  if (show in causeWords) return (program.causes[show] ?? 0) > 0
  if (show === 'gaps') return notCleared(program) > 0
  if (show === 'due') return program.due_soon > 0
  if (show === 'unchecked') return program.checked_on === null
  if (show === 'ending') return program.ends_on !== null && program.ends_on <= addDays(today, 90)
  return true
}

/** The list as a file for a spreadsheet, with a column for each cause. Names of programs can’t run as formulas. */
export const overviewCsv = (programs: ReturnType<typeof overviewPrograms>, today: Day): string =>
  stringify(
    [
      [
        ...['Program', 'License', 'License holder', 'Status', 'Checked', 'Ends', 'In direct contact'],
        ...['Cleared', 'Not cleared', 'Due in 30 days', ...Object.values(causeWords), 'As of'],
      ],
      ...programs.map((one) => [
        ...[one.name, one.license, one.holder, one.status ?? '', one.checked_on ?? '', one.ends_on ?? ''],
        ...[one.in_contact, one.cleared, one.not_cleared, one.due_soon],
        ...Object.keys(causeWords).map((cause) => one.causes[cause] ?? 0),
        today,
      ]),
    ],
    { bom: true, record_delimiter: 'windows', escape_formulas: true },
  )

/** The programs of a kept day, those with the most people not cleared first. */
export const overviewDayPage = (day: Day, programs: readonly OverviewDayProgram[], page: number) => ({
  title: `Certified programs on ${formatDay(day)}`,
  keptOn: day,
  ...onePage(
    programs.toSorted((a, b) => b.not_cleared - a.not_cleared),
    page,
    `/licensing/overview/days/${day}?`,
  ),
  inContact: programs.reduce((sum, { in_contact }) => sum + in_contact, 0),
  notCleared: programs.reduce((sum, { not_cleared }) => sum + not_cleared, 0),
})
