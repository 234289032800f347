import { addDays, type Day } from '#server/lib/days.ts'
import { isOverdue, openDate } from '#server/standings/reminders/open-date.ts'
import type { StoredStanding, TeamRow } from './team.queries.ts'

/** The groups of people on the team page. Each number on the page is the size of one. */
export const groups = [
  'contact-not-cleared',
  'cleared',
  'not-cleared',
  'overdue',
  'not-done',
  'due-30',
  'due-60',
  'due-90',
  'on-leave',
  'leave-planned',
  'unknown',
] as const

export type Group = (typeof groups)[number]

export const groupNames: Readonly<Record<Group, string>> = {
  'contact-not-cleared': 'in contact, not cleared',
  cleared: 'cleared',
  'not-cleared': 'not cleared',
  overdue: 'overdue',
  'not-done': 'not done yet',
  'due-30': 'due in 30 days',
  'due-60': 'due in 60 days',
  'due-90': 'due in 90 days',
  'on-leave': 'on leave',
  'leave-planned': 'leave or return planned',
  unknown: 'missing information',
}

/** The only definition of each group, used for both the number and its list. */
export function isIn(group: Group, row: TeamRow, today: Day): boolean {
  switch (group) {
    case 'contact-not-cleared':
      return isInContactUncleared(row)
    case 'cleared':
      return !row.is_on_leave && row.clearance === 'yes'
    case 'not-cleared':
      return !row.is_on_leave && row.clearance === 'no'
    case 'unknown':
      return row.clearance === 'unknown' || row.standings.some(({ standing }) => standing === 'unknown')
    case 'due-30':
      return isDueWithin(row, today, 30)
    case 'due-60':
      return isDueWithin(row, today, 60)
    case 'due-90':
      return isDueWithin(row, today, 90)
    case 'overdue':
      return row.standings.some(isOverdue)
    case 'not-done':
      return row.standings.some(isNotDone)
    case 'on-leave':
      return row.is_on_leave
    case 'leave-planned':
      return row.leave_from !== null || row.leave_until !== null
  }
}

/** In direct contact on record while the law says no: what matters first. */
export const isInContactUncleared = (row: TeamRow): boolean =>
  !row.is_on_leave && row.contact === 'in' && row.clearance === 'no'

/** A child-protection duty has begun without its training. The law names no day by which that is late. */
const isNotDone = ({ standing, requirement }: StoredStanding) =>
  standing === 'not_cleared' && !requirement.startsWith('residential')

/** Something is due within this many days and not overdue yet. */
function isDueWithin(row: TeamRow, today: Day, days: number): boolean {
  const last = addDays(today, days)
  return openDates(row).some((due) => due >= today && due <= last)
}

/** A person's open due dates here, including missed ones and the next yearly date. */
export const openDates = ({ standings }: TeamRow): readonly Day[] => openDatesOf(standings)

type Standings = TeamRow['standings']

/** Many people's standings are one list, and what follows from it is worked out once. */
function once<T>(of: (standings: Standings) => T): (standings: Standings) => T {
  const known = new WeakMap<Standings, Readonly<{ value: T }>>()
  return (standings) => {
    const entry = known.get(standings) ?? { value: of(standings) }
    known.set(standings, entry)
    return entry.value
  }
}

const openDatesOf = once((standings) => standings.flatMap((one) => openDate(one) ?? []))

export const sorts = ['name', 'due', 'standing', 'active'] as const

/** One number of the forecast: what happens or happened in a month. */
export type InMonth = Readonly<{ what: 'due' | 'completed' | 'lapsed'; month: string }>

/** The people behind a number of the forecast. */
export function isInMonth({ what, month }: InMonth, row: TeamRow, today: Day): boolean {
  const isThen = (day: Day) => day.slice(0, 7) === month
  switch (what) {
    case 'due':
      return openDates(row).some((day) => day >= today && isThen(day))
    case 'completed':
      return row.completed.some(isThen)
    case 'lapsed':
      return row.standings.some(({ lapses }) => lapses.some(isThen))
  }
}

export type TeamFilter = Readonly<{
  group: Group | null
  inMonth: InMonth | null
  search: string
  /** What the row's text must equal; empty where anything will do. */
  role: string
  unit: string
  worker: string
  /** A standing with the program's own requirements. */
  own: string
  sort: TeamSort
  isDescending: boolean
  /** The page number, or all on one page. */
  page: number | 'all'
}>

export type TeamSort = (typeof sorts)[number]

export const pageSize = 50

/** The filtered and sorted rows. */
export const filtered = (rows: readonly TeamRow[], filter: TeamFilter, today: Day): readonly TeamRow[] =>
  inOrder(
    matching(rows, filter, today).map((row) => ordered(row, row, filter)),
    filter,
  )

/** The filtered rows, for the page and the export. */
export function matching(rows: readonly TeamRow[], filter: TeamFilter, today: Day): readonly TeamRow[] {
  const words = plain(filter.search).split(' ').filter(Boolean)
  return rows.filter(
    (row) =>
      (!filter.group || isIn(filter.group, row, today)) &&
      (!filter.inMonth || isInMonth(filter.inMonth, row, today)) &&
      (!filter.role || row.role_title === filter.role) &&
      (!filter.unit || row.unit === filter.unit) &&
      (!filter.worker || row.worker_type === filter.worker) &&
      (!filter.own || row.own?.standing === filter.own) &&
      words.every((word) => plain(`${row.name} ${row.role_title} ${row.unit} ${row.program}`).includes(word)),
  )
}

/** What is shown of a row, with what it is sorted by. */
export type Ordered<T> = Readonly<{ shown: T; name: string; key: string | null }>

export const ordered = <T>(shown: T, row: TeamRow, { sort }: TeamFilter): Ordered<T> => ({
  shown,
  name: plain(row.name),
  key: keys[sort](row),
})

export function inOrder<T>(lines: readonly Ordered<T>[], { isDescending }: TeamFilter): readonly T[] {
  const direction = isDescending ? -1 : 1
  return [...lines]
    .sort(
      (a, b) =>
        Number(a.key === null) - Number(b.key === null) ||
        direction * compare(a.key ?? '', b.key ?? '') ||
        compare(a.name, b.name),
    )
    .map(({ shown }) => shown)
}

/** The sort key of a row. Null comes last in both directions. */
const keys: Readonly<Record<TeamSort, (row: TeamRow) => string | null>> = {
  name: ({ name }) => plain(name),
  due: (row) => nextDue(row),
  standing: (row) => String(rank(row)),
  active: ({ last_active_on }) => last_active_on,
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** A person's next due date here. */
export const nextDue = ({ standings }: TeamRow): Day | null => nextDueOf(standings)

const nextDueOf = once((standings) => openDatesOf(standings).toSorted()[0] ?? null)

/** How urgent a standing is. The most urgent has the lowest number. */
export const urgencyOf: Readonly<Record<StoredStanding['standing'], number>> = {
  not_cleared: 0,
  overdue: 1,
  unknown: 2,
  due_before_contact: 3,
  due_soon: 4,
  current: 5,
  not_required: 6,
}

/** The most urgent standing. Of two equally urgent ones, the one due first. */
export const foremost = ({ standings }: TeamRow): StoredStanding | null => foremostOf(standings)

const foremostOf = once((standings) => {
  const nearest = (one: StoredStanding) => openDate(one) ?? '9999'
  return (
    standings.toSorted(
      (a, b) =>
        urgencyOf[a.standing] - urgencyOf[b.standing] ||
        compare(nearest(a), nearest(b)) ||
        compare(a.requirement, b.requirement),
    )[0] ?? null
  )
})

export const urgency = (row: TeamRow): number => {
  const first = foremost(row)
  return first ? urgencyOf[first.standing] : urgencyOf.not_required
}

/** In contact while not cleared first, then not cleared, overdue, and due soon. People on leave can wait. */
function rank(row: TeamRow): number {
  if (row.is_on_leave) return 9
  if (isInContactUncleared(row)) return 0
  if (row.clearance === 'no') return 1
  return rankOf(foremost(row)?.standing ?? 'not_required')
}

const rankOf = (standing: StoredStanding['standing']) => 2 + urgencyOf[standing]

/** People who need something now, the most urgent first. */
export function needsSomething(rows: readonly TeamRow[]): readonly TeamRow[] {
  return rows
    .filter((row) => rank(row) <= rankOf('due_soon'))
    .sort((a, b) => rank(a) - rank(b) || compare(nextDue(a) ?? '9999', nextDue(b) ?? '9999'))
}

export const counts = (rows: readonly TeamRow[], today: Day): Readonly<Record<Group, number>> =>
  Object.fromEntries(
    groups.map((group) => [group, rows.filter((row) => isIn(group, row, today)).length]),
  ) as Record<Group, number>

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
