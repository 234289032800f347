import type { Offered } from '#server/courses/catalogue/offered.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { type Day, daysBetween, formatDay } from '#server/lib/days.ts'
import { workerTypeNames } from '#server/programs/roster/assignment.ts'
import type { ProgramName } from '#server/standings/clearance.queries.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import { shortDay } from '#server/web/words.ts'
import type { TeamRow } from './team.queries.ts'
import {
  counts,
  filtered,
  foremost,
  type Group,
  groupNames,
  groups,
  isIn,
  isInContactUncleared,
  needsSomething,
  nextDue,
  pageSize,
  type TeamFilter,
  type TeamSort,
  urgency,
  urgencyOf,
} from './team.ts'
import { countedTwice, programSwitch } from './team-programs.ts'

/** A row of the table and the export. */
export type TeamLine = Readonly<{
  assignment_id: string
  person_id: string
  program_id: string
  name: string
  program: string
  role_title: string
  unit: string
  workerType: string
  /** In direct contact on record while not cleared. */
  isInContactUncleared: boolean
  /** Something is due, so a reminder has something to say. */
  canRemind: boolean
  isOnLeave: boolean
  program_kind: 'licensed' | 'agency'
  /** The name of the standing's shape. */
  shape: string
  words: string
  requirement: string
  due_on: Day | null
  clearance: string
  progress: Readonly<{
    passed: number
    modules: number
    course: string
    /** Whether completing this version can count. */
    counts: boolean
  }> | null
  /** When no course is under way: whether one must still be started. */
  isToBegin: boolean
  lastActiveOn: Day | null
  lastActive: string
}>

export function teamLine(row: TeamRow, courses: Offered, today: Day): TeamLine {
  const first = foremost(row)
  const version =
    row.under_way && courses.catalogue.courses.get(row.under_way.course)?.versions.get(row.under_way.version)
  return {
    assignment_id: row.assignment_id,
    person_id: row.person_id,
    program_id: row.program_id,
    name: row.name,
    program: row.program,
    role_title: row.role_title,
    unit: row.unit,
    workerType: workerTypeNames[row.worker_type],
    isInContactUncleared: isInContactUncleared(row),
    canRemind: !row.is_on_leave && urgency(row) <= urgencyOf.due_soon,
    isOnLeave: row.is_on_leave,
    program_kind: row.program_kind,
    shape: row.is_on_leave ? 'on-leave' : first ? standingShape(first) : 'not-required',
    words: first ? standingWords(asOfToday(first, row, today), today) : 'Nothing required',
    requirement: first ? requirementOn(first.requirement as RequirementId, today).title : '',
    due_on: nextDue(row),
    clearance: clearanceWords(row),
    progress:
      row.under_way && version
        ? {
            passed: row.under_way.passed,
            modules: version.modules.length,
            course: version.shortTitle,
            counts: courses.cannotCount(version) === null,
          }
        : null,
    isToBegin: first !== null && urgency(row) <= urgencyOf.due_soon,
    lastActiveOn: row.last_active_on,
    lastActive: lastActive(row.last_active_on, today),
  }
}

/** Stored lateness is as of the day it was calculated. If it is still growing, adds the days since. */
const asOfToday = (standing: NonNullable<ReturnType<typeof foremost>>, row: TeamRow, today: Day) => ({
  ...standing,
  late_days:
    standing.late_days +
    (standing.is_late_running && row.computed_on ? daysBetween(row.computed_on, today) : 0),
})

function clearanceWords(row: TeamRow): string {
  if (row.program_kind === 'agency') return ''
  if (row.is_on_leave) return 'On leave'
  if (row.clearance === 'yes') return row.until_on ? `Yes, until ${formatDay(row.until_on)}` : 'Yes'
  if (row.clearance === 'no') return 'No'
  return 'Unknown'
}

function lastActive(on: Day | null, today: Day): string {
  if (!on) return 'Not yet'
  return on === today ? 'Today' : shortDay(on)
}

/** The team page: a sentence, the people who need attention, the numbers, the table. */
export function teamPage(
  programs: readonly ProgramName[],
  program: string | undefined,
  rows: readonly TeamRow[],
  filter: TeamFilter,
  courses: Offered,
  on: Day,
  today: Day,
  address: (change: Partial<Record<string, string>>) => string,
) {
  const left = filtered(rows, filter, on)
  const size = filter.page === 'all' ? Math.max(1, left.length) : pageSize
  const last = Math.max(1, Math.ceil(left.length / size))
  const current = filter.page === 'all' ? 1 : Math.min(filter.page, last)
  const needs = needsSomething(rows)
  const line = (row: TeamRow) => teamLine(row, courses, on)
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
    hasLicensed: rows.some(({ program_kind }) => program_kind === 'licensed'),
    ...choicesOf(rows),
    numbers: groups
      .filter((group) => isShown(group, rows, numbers))
      .map((group) => ({
        group,
        words: groupNames[group],
        count: numbers[group],
        href: `${address({ show: group, search: '', page: '' })}#people`,
        isShown: filter.group === group,
      })),
    filter,
    lines: left.slice((current - 1) * size, current * size).map(line),
    total: left.length,
    of: rows.length,
    pages: { current, last, href: `${address({ page: '{page}' })}#people` },
    onOnePage: last > 1 ? address({ page: 'all' }) : null,
    showAll: `${address({ show: '', search: '', page: '' })}#people`,
    exportCsv: address({ page: '' }).replace('/team', '/team.csv'),
    exportXlsx: address({ page: '' }).replace('/team', '/team.xlsx'),
    // A person's page opens for the same day as the list.
    sameDay: address({ program: '', show: '', search: '', sort: '', page: '' }).replace('/team', ''),
    columns: columns.map(({ sort, label }) => {
      const isHere = sort === filter.sort
      return {
        sort,
        label: label(on === today),
        sorted: isHere ? (filter.isDescending ? 'descending' : 'ascending') : null,
        href: sort
          ? `${address({ sort: `${isHere && !filter.isDescending ? '-' : ''}${sort}`, page: '' })}#people`
          : null,
      }
    }),
    byUrgency: `${address({ show: '', search: '', sort: 'standing', page: '' })}#people`,
    showing: filter.group && groupNames[filter.group],
    hasSeveralPrograms: programs.length > 1,
    ...programSwitch(programs, program, address),
  }
}

const few = 5

/** County teams see county words: no tile about direct contact. A licensed program has no training without a date. */
function isShown(group: Group, rows: readonly TeamRow[], numbers: Readonly<Record<Group, number>>): boolean {
  const hasLicensed = rows.length === 0 || rows.some(({ program_kind }) => program_kind === 'licensed')
  switch (group) {
    case 'unknown':
    case 'not-done':
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
