import { type Day, formatDay } from '#server/lib/days.ts'
import { workerTypeNames } from '#server/programs/roster/employment/assignment.ts'
import type { ProgramName } from '#server/standings/clearance.queries.ts'
import { inMonthWords } from './forecast.ts'
import type { TeamRow } from './team.queries.ts'
import {
  counts,
  filtered,
  type Group,
  groupNames,
  groups,
  isIn,
  needsSomething,
  nextDue,
  pageSize,
  type TeamFilter,
  type TeamSort,
} from './team.ts'
import { teamLine } from './team-line.ts'
import { countedTwice, programSwitch } from './team-programs.ts'

/** What the viewer asked to see. */
type AskedTeam = Readonly<{
  /** All of the viewer’s programs, and the one that is chosen. */
  programs: readonly ProgramName[]
  program: string | undefined
  filter: TeamFilter
  on: Day
  today: Day
  /** The page’s address with some of its query changed. */
  address: (change: Partial<Record<string, string>>) => string
}>

/** The team page: a sentence, the people who need attention, the numbers, the table. */
export function teamPage(
  rows: readonly TeamRow[],
  { programs, program, filter, on, today, address }: AskedTeam,
) {
  const left = filtered(rows, filter, on)
  const size = filter.page === 'all' ? Math.max(1, left.length) : pageSize
  const last = Math.max(1, Math.ceil(left.length / size))
  const current = filter.page === 'all' ? 1 : Math.min(filter.page, last)
  const needs = needsSomething(rows)
  const line = (row: TeamRow) => teamLine(row, on)
  const numbers = counts(rows, on)
  return {
    title: 'Team',
    programs,
    isToday: on === today,
    sentence: sentenceOf(rows, numbers, on, today),
    countedTwice: countedTwice(rows),
    needs: needs.slice(0, few).map(line),
    needsMore: Math.max(0, needs.length - few),
    next: needs.length === 0 ? nextDates(rows) : null,
    hasOwn: rows.some(({ own }) => own !== null),
    hasLicensed: rows.some(({ program_kind }) => program_kind === 'licensed'),
    isCounty: programs.length > 0 && programs.every(({ kind }) => kind === 'agency'),
    ...choicesOf(rows),
    numbers: groups
      .filter((group) => isShown(group, rows, numbers))
      .map((group) => ({
        group,
        words: groupNames[group],
        count: numbers[group],
        href: `${address({ ...anyMonth, show: group, search: '', page: '' })}#people`,
        isShown: filter.group === group,
      })),
    filter,
    lines: left.slice((current - 1) * size, current * size).map(line),
    total: left.length,
    of: rows.length,
    pages: { current, last, href: `${address({ page: '{page}' })}#people` },
    onOnePage: last > 1 ? address({ page: 'all' }) : null,
    showAll: `${address({ ...anyMonth, ...anyone })}#people`,
    exportCsv: address({ page: '' }).replace('/team', '/team.csv'),
    exportXlsx: address({ page: '' }).replace('/team', '/team.xlsx'),
    // A person's page opens for the same day as the list.
    sameDay: address({ ...anyMonth, ...anyone, program: '', sort: '' }).replace('/team', ''),
    columns: columnsOf(filter, on === today, address),
    byUrgency: `${address({ ...anyMonth, show: '', search: '', sort: '', page: '' })}#people`,
    showing: filter.inMonth ? inMonthWords(filter.inMonth) : filter.group && groupNames[filter.group],
    hasSeveralPrograms: programs.length > 1,
    ...programSwitch(programs, program, address),
  }
}

/** The headings of the table, each with the address that sorts by it. */
const columnsOf = (filter: TeamFilter, isToday: boolean, address: AskedTeam['address']) =>
  columns.map(({ sort, label }) => {
    const isHere = sort === filter.sort
    return {
      sort,
      label: label(isToday),
      sorted: isHere ? (filter.isDescending ? 'descending' : 'ascending') : null,
      href: sort
        ? `${address({ sort: `${isHere && !filter.isDescending ? '-' : ''}${sort}`, page: '' })}#people`
        : null,
    }
  })

const few = 5

const anyMonth = { what: '', month: '' }
const anyone = { show: '', search: '', role: '', unit: '', worker: '', page: '' }

/** County teams see county words: no tile about direct contact. A licensed program has no training without a date. */
function isShown(group: Group, rows: readonly TeamRow[], numbers: Readonly<Record<Group, number>>): boolean {
  const hasLicensed = rows.length === 0 || rows.some(({ program_kind }) => program_kind === 'licensed')
  switch (group) {
    case 'unknown':
    case 'not-done':
    case 'leave-planned':
      return numbers[group] > 0
    case 'contact-not-cleared':
    case 'cleared':
    case 'not-cleared':
      return hasLicensed
    default:
      return true
  }
}

/** The roles, units and worker types to filter by, where there is more than one. */
function choicesOf(rows: readonly TeamRow[]) {
  const different = (texts: readonly string[]) => [...new Set(texts)].filter(Boolean).sort()
  const several = (options: readonly Readonly<{ value: string; label: string }>[]) =>
    options.length > 1 ? [{ value: '', label: 'All' }, ...options] : null
  const plain = (texts: readonly string[]) =>
    several(different(texts).map((text) => ({ value: text, label: text })))
  const units = different(rows.map(({ unit }) => unit))
  return {
    owns: rows.some(({ own }) => own !== null) ? ownChoices : null,
    roles: plain(rows.map(({ role_title }) => role_title)),
    units:
      units.length > 0
        ? [{ value: '', label: 'All' }, ...units.map((unit) => ({ value: unit, label: unit }))]
        : null,
    workers: several(
      [...new Set(rows.map(({ worker_type }) => worker_type))]
        .sort()
        .map((type) => ({ value: type, label: workerTypeNames[type] })),
    ),
  }
}

const ownChoices = [
  { value: '', label: 'All' },
  { value: 'overdue', label: 'Overdue' },
  { value: 'due_soon', label: 'Due soon' },
  { value: 'current', label: 'In order' },
]

/** When no one needs anything: the next date, and whose it is. */
function nextDates(rows: readonly TeamRow[]): Readonly<{ on: Day; names: readonly string[] }> | null {
  const dated = rows.flatMap((row) => {
    const on = row.is_on_leave ? null : nextDue(row)
    return on ? [{ on, name: row.name }] : []
  })
  const on = dated.map((one) => one.on).sort()[0]
  return on ? { on, names: dated.filter((one) => one.on === on).map(({ name }) => name) } : null
}

const columns: readonly Readonly<{ sort: TeamSort | null; label: (isToday: boolean) => string }>[] = [
  { sort: 'name', label: () => 'Name' },
  { sort: 'standing', label: () => 'Standing' },
  { sort: null, label: (isToday) => (isToday ? 'Direct contact today' : 'Direct contact that day') },
  { sort: 'due', label: () => 'Next date' },
  { sort: null, label: () => 'Under way' },
  { sort: 'active', label: () => 'Last active' },
]

function sentenceOf(
  rows: readonly TeamRow[],
  numbers: Readonly<Record<Group, number>>,
  on: Day,
  today: Day,
): string {
  const day = on === today ? 'today' : `on ${formatDay(on)}`
  const [one, many] = on < today ? ['was', 'were'] : ['is', 'are']
  const are = (count: number) => (count === 1 ? one : many)
  const have = (count: number) => (on < today ? 'had' : count === 1 ? 'has' : 'have')
  const licensed = rows.filter(({ program_kind }) => program_kind === 'licensed')
  if (rows.length === 0) return `No one ${one} on the roster ${day}.`
  if (licensed.length === 0) {
    const late = rows.filter((row) => isIn('overdue', row, on)).length
    return `${people(rows.length)} ${are(rows.length)} on the roster ${day}; ${late === 0 ? `no training ${one} overdue` : `${people(late)} ${have(late)} overdue training`}.`
  }
  const parts = [
    `${numbers.cleared} of ${people(licensed.length)} ${are(numbers.cleared)} cleared for direct contact ${day}`,
    ...(['not-cleared', 'on-leave'] as const)
      .filter((group) => numbers[group] > 0)
      .map(
        (group) => `${numbers[group]} ${are(numbers[group])} ${group === 'on-leave' ? 'on leave' : 'not'}`,
      ),
  ]
  return `${parts.join('; ')}.`
}

const people = (count: number) => (count === 1 ? '1 person' : `${count} people`)
