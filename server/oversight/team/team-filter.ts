import { type Group, groups, type InMonth, sorts, type TeamFilter } from './team.ts'

type Query = Readonly<Partial<Record<string, string>>>

/** Reads the filters from an address. Invalid values are ignored. */
export function teamFilter({
  show,
  search = '',
  role = '',
  unit = '',
  worker = '',
  own = '',
  sort = 'name',
  page = '1',
  what,
  month = '',
}: Query): TeamFilter {
  return {
    group: groups.find((group): group is Group => group === show) ?? null,
    inMonth: inMonth(what, month),
    search,
    role,
    unit,
    worker,
    own,
    sort: sorts.find((one) => one === sort.replace(/^-/, '')) ?? 'name',
    isDescending: sort.startsWith('-'),
    page: page === 'all' ? 'all' : Math.max(1, Number.parseInt(page, 10) || 1),
  }
}

function inMonth(what: string | undefined, month: string): InMonth | null {
  const known = (['due', 'completed', 'lapsed'] as const).find((one) => one === what)
  return known && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? { what: known, month } : null
}

/** The page's address with some filters changed, so that it can be bookmarked and shared. */
export const addressOf =
  (query: Query) =>
  (change: Query): string => {
    const params = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...query, ...change }))
      if (value && name !== 'told') params.set(name, value)
    const text = params.toString().replaceAll('%7Bpage%7D', '{page}')
    return text ? `/team?${text}` : '/team'
  }

/** As many rows as are changed at once, and what fits in an address. */
export const mostRows = 200

/** The team page as it was filtered, with what became of a change. */
export function teamAddress(back: string | undefined, told: string): string {
  const kept = Object.fromEntries([...new URLSearchParams(back)].filter(([name]) => filters.has(name)))
  const address = addressOf(kept)({})
  return told ? `${address}${address.includes('?') ? '&' : '?'}told=${told}` : address
}

const filters = new Set([
  'program',
  'show',
  'search',
  'sort',
  'page',
  'role',
  'unit',
  'worker',
  'what',
  'month',
])
