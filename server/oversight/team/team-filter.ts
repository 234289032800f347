import { type Group, groups, sorts, type TeamFilter } from './team.ts'

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
}: Query): TeamFilter {
  return {
    group: groups.find((group): group is Group => group === show) ?? null,
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
