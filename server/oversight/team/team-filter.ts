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
  sort = 'standing',
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
    sort: sorts.find((one) => one === sort.replace(/^-/, '')) ?? 'standing',
    isDescending: sort.startsWith('-'),
    page: page === 'all' ? 'all' : Math.max(1, Number.parseInt(page, 10) || 1),
  }
}

function inMonth(what: string | undefined, month: string): InMonth | null {
  const known = (['due', 'completed', 'lapsed'] as const).find((one) => one === what)
  return known && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? { what: known, month } : null
}
