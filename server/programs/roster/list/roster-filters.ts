import type { Day } from '#server/lib/days.ts'
import { parseDay } from '#server/lib/days.ts'

export const rosterShows = {
  working: 'Working',
  contact: 'In direct contact',
  'no-contact': 'Not in direct contact',
  leave: 'On leave',
  starting: 'Starting later',
  left: 'Left',
  all: 'Everyone',
} as const

export type RosterShow = keyof typeof rosterShows

const rosterSorts = ['name', 'title', 'hired', 'contact'] as const
export type RosterSort = (typeof rosterSorts)[number]

/** The filters in a roster's address. */
export type RosterFilters = Readonly<{
  search: string
  show: RosterShow
  sort: RosterSort
  isDescending: boolean
  page: number
  /** The “As of” day. Null means today. */
  on: Day | null
}>

type Query = Readonly<Record<string, string | undefined>>

/** Reads the filters from an address. Invalid values are ignored. */
export function rosterFilters({ search = '', show, sort, page, on = '' }: Query): RosterFilters {
  const column = sort?.replace(/^-/, '')
  return {
    search: search.trim().slice(0, 100),
    show: show && Object.hasOwn(rosterShows, show) ? (show as RosterShow) : 'working',
    sort: rosterSorts.find((one) => one === column) ?? 'name',
    isDescending: Boolean(sort?.startsWith('-')),
    page: /^[1-9]\d{0,5}$/.test(page ?? '') ? Number(page) : 1,
    on: parseDay(on) ?? null,
  }
}

/** The address for these filters, without default values. */
export function rosterAddress(base: string, filters: RosterFilters): string {
  const { search, show, sort, isDescending, page, on } = filters
  const query = new URLSearchParams()
  if (search) query.set('search', search)
  if (show !== 'working') query.set('show', show)
  if (sort !== 'name' || isDescending) query.set('sort', `${isDescending ? '-' : ''}${sort}`)
  if (on) query.set('on', on)
  if (page > 1) query.set('page', String(page))
  return query.size > 0 ? `${base}?${query}` : base
}
