import { type Day, formatDay } from '#server/lib/days.ts'
import type { Place } from '#server/programs/queries.ts'
import { shortDay } from '#server/web/words.ts'
import {
  type RosterFilters,
  type RosterShow,
  type RosterSort,
  rosterAddress,
  rosterShows,
} from './roster-filters.ts'
import { type listRoster, type RosterLine, rosterPageSize } from './roster-list.queries.ts'

/** A roster page, with the addresses of its filters and sort orders. */
export function rosterPage(
  place: Place,
  filters: RosterFilters,
  { lines, counts }: Awaited<ReturnType<typeof listRoster>>,
  today: Day,
) {
  const base = `/programs/${place.program.id}/roster`
  const address = (changes: Partial<RosterFilters>) =>
    rosterAddress(base, { ...filters, page: 1, ...changes })
  const total = counts[filters.show]
  return {
    title: `Roster of ${place.program.name}`,
    place,
    filters,
    counts,
    total,
    here: 'roster',
    base,
    isToday: filters.on === null || filters.on === today,
    onWords: formatDay(filters.on ?? today),
    people: lines.map((line) => ({ ...line, status: statusOf(line), contact: contactOf(line) })),
    shows: (Object.keys(rosterShows) as RosterShow[]).map((show) => ({
      value: show,
      label: `${rosterShows[show]} (${counts[show]})`,
    })),
    columns: columns.map(({ sort, label }) => ({
      label,
      href: address({ sort, isDescending: filters.sort === sort && !filters.isDescending }),
      sorted: filters.sort === sort ? (filters.isDescending ? 'descending' : 'ascending') : null,
    })),
    pages: {
      current: filters.page,
      last: Math.max(1, Math.ceil(total / rosterPageSize)),
      href: `${address({})}${address({}).includes('?') ? '&' : '?'}page={page}`,
    },
    firstPage: address({}),
    everyone: rosterAddress(base, { ...filters, search: '', show: 'all', page: 1 }),
  }
}

const columns: readonly Readonly<{ sort: RosterSort; label: string }>[] = [
  { sort: 'name', label: 'Name' },
  { sort: 'title', label: 'Role' },
  { sort: 'hired', label: 'Hired' },
  { sort: 'contact', label: 'Direct contact' },
]

type Word = Readonly<{ word: string; tone: 'good' | 'quiet' | 'caution' }>

function statusOf({ is_working, is_on_leave, leave_to, separated_on, hired_on }: RosterLine): Word {
  if (is_on_leave)
    return { word: leave_to ? `On leave until ${shortDay(leave_to)}` : 'On leave', tone: 'caution' }
  if (is_working)
    return { word: separated_on ? `Works until ${shortDay(separated_on)}` : 'Working', tone: 'good' }
  if (separated_on) return { word: `Left ${shortDay(separated_on)}`, tone: 'quiet' }
  return { word: `Starts ${shortDay(hired_on)}`, tone: 'quiet' }
}

function contactOf({ is_working, contact_from }: RosterLine): string {
  if (contact_from) return `Since ${shortDay(contact_from)}`
  return is_working ? 'None' : ''
}
