import { type Day, formatDay } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { Place } from '#server/programs/queries.ts'
import { shortDay } from '#server/web/words.ts'
import { changesFor } from './bulk-change-names.ts'
import {
  type RosterFilters,
  type RosterShow,
  type RosterSort,
  rosterAddress,
  rosterShows,
} from './roster-filters.ts'
import { type listRoster, type RosterLine, rosterPageSize } from './roster-list.queries.ts'

type Looking = Pick<Viewer, 'id' | 'supervised_program_ids' | 'administered_program_ids'>

/** What the viewer may record here for the rows that they check. */
function changesHere(viewer: Looking, { program: { id, kind } }: Place) {
  const here = (ids: readonly string[]) => ids.filter((one) => one === id)
  const within = {
    supervised_program_ids: here(viewer.supervised_program_ids),
    administered_program_ids: here(viewer.administered_program_ids),
  }
  return changesFor(within, kind === 'licensed')
}

/** A roster page, with the addresses of its filters and sort orders. */
export function rosterPage(
  place: Place,
  filters: RosterFilters,
  { lines, counts }: Awaited<ReturnType<typeof listRoster>>,
  viewer: Looking,
  today: Day,
) {
  const base = `/programs/${place.program.id}/roster`
  const address = (changes: Partial<RosterFilters>) =>
    rosterAddress(base, { ...filters, page: 1, ...changes })
  const total = counts[filters.show]
  const isToday = filters.on === null || filters.on === today
  return {
    title: `Roster of ${place.program.name}`,
    place,
    filters,
    counts,
    total,
    here: 'roster',
    base,
    isToday,
    // A past day's roster is for reading.
    changes: isToday ? changesHere(viewer, place) : [],
    onWords: formatDay(filters.on ?? today),
    people: lines.map((line) => ({
      ...line,
      status: statusOf(line),
      contact: contactOf(line),
      mayCheck: line.person_id !== viewer.id && (line.separated_on ?? today) >= today,
    })),
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
    back: rosterAddress(base, filters),
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
