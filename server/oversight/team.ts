import { addDays, type Day } from '#server/lib/days.ts'
import type { StoredStanding, TeamRow } from './queries.ts'

/** The groups of people that a supervisor looks at; each number on the page is the size of one. */
export const groups = [
  'cleared',
  'not-cleared',
  'due-30',
  'due-60',
  'due-90',
  'overdue',
  'on-leave',
  'unknown',
] as const

export type Group = (typeof groups)[number]

export const groupNames: Readonly<Record<Group, string>> = {
  cleared: 'cleared for direct contact',
  'not-cleared': 'not cleared',
  'due-30': 'due in 30 days',
  'due-60': 'due in 60 days',
  'due-90': 'due in 90 days',
  overdue: 'overdue',
  'on-leave': 'on leave',
  unknown: 'a fact is missing',
}

/** The one definition of who is in a group: the number and the list behind it both ask it. */
export function isIn(group: Group, row: TeamRow, today: Day): boolean {
  switch (group) {
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
      return row.standings.some(({ standing }) => standing === 'overdue' || standing === 'not_cleared')
    case 'on-leave':
      return row.is_on_leave
  }
}

/** Something yearly falls due within so many days, and is not overdue yet. */
function isDueWithin(row: TeamRow, today: Day, days: number): boolean {
  const last = addDays(today, days)
  return row.standings.some(
    ({ standing, due_on, requirement }) =>
      (standing === 'due_soon' || (standing === 'current' && requirement === 'residential-annual')) &&
      due_on !== null &&
      due_on >= today &&
      due_on <= last,
  )
}

export const sorts = ['name', 'due', 'standing', 'active'] as const

export type TeamFilter = Readonly<{
  group: Group | null
  search: string
  sort: (typeof sorts)[number]
  page: number
}>

export const pageSize = 50

/** The rows that a filter leaves, in its order: what the page shows and the export holds. */
export function filtered(rows: readonly TeamRow[], filter: TeamFilter, today: Day): readonly TeamRow[] {
  const words = plain(filter.search).split(' ').filter(Boolean)
  const left = rows.filter(
    (row) =>
      (!filter.group || isIn(filter.group, row, today)) &&
      words.every((word) => plain(`${row.name} ${row.role_title} ${row.program}`).includes(word)),
  )
  const keys: Record<TeamFilter['sort'], (row: TeamRow) => string> = {
    name: () => '',
    due: (row) => nextDue(row) ?? '9999',
    standing: (row) => String(urgency(row)),
    active: (row) => row.last_active_on ?? '0000',
  }
  const key = keys[filter.sort]
  return [...left].sort((a, b) => key(a).localeCompare(key(b)) || a.name.localeCompare(b.name, 'en'))
}

/** The nearest date that a person has to keep here. */
export function nextDue(row: TeamRow): Day | null {
  const open = row.standings.filter(
    ({ standing, requirement }) =>
      standing === 'due_soon' ||
      standing === 'overdue' ||
      (standing === 'current' && requirement === 'residential-annual'),
  )
  return (
    open
      .map(({ due_on }) => due_on)
      .filter((due) => due !== null)
      .sort()[0] ?? null
  )
}

const order: Readonly<Record<StoredStanding['standing'], number>> = {
  not_cleared: 0,
  overdue: 1,
  unknown: 2,
  due_before_contact: 3,
  due_soon: 4,
  current: 5,
  not_required: 6,
}

/** The standing that most needs somebody's attention. */
export function foremost(row: TeamRow): StoredStanding | null {
  return [...row.standings].sort((a, b) => order[a.standing] - order[b.standing])[0] ?? null
}

const urgency = (row: TeamRow): number => {
  const first = foremost(row)
  return first ? order[first.standing] : 9
}

/** The few who need something now: what is late, missing, or stands before a first contact. */
export function needsSomething(rows: readonly TeamRow[]): readonly TeamRow[] {
  return rows.filter((row) => !row.is_on_leave && urgency(row) <= 3).sort((a, b) => urgency(a) - urgency(b))
}

export const counts = (rows: readonly TeamRow[], today: Day): Readonly<Record<Group, number>> =>
  Object.fromEntries(
    groups.map((group) => [group, rows.filter((row) => isIn(group, row, today)).length]),
  ) as Record<Group, number>

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
