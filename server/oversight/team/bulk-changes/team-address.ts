type Query = Readonly<Partial<Record<string, string>>>

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

/** The page with the rows as it was filtered, Team or a roster, with what became of a change. */
export function teamAddress(back: string | undefined, told: string): string {
  const address = isRoster(back) ? back : filteredTeam(back)
  return told ? `${address}${address.includes('?') ? '&' : '?'}told=${told}` : address
}

/** Where someone goes back to, by its name. */
export const backTo = (back: string | undefined) => ({
  backHref: teamAddress(back, ''),
  backLabel: isRoster(back) ? 'Roster' : 'Team',
})

const isRoster = (back: string | undefined): back is string =>
  /^\/programs\/[0-9a-f-]{36}\/roster(\?[\w%&=.*+-]*)?$/.test(back ?? '')

function filteredTeam(back: string | undefined): string {
  const kept = Object.fromEntries([...new URLSearchParams(back)].filter(([name]) => filters.has(name)))
  return addressOf(kept)({})
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
