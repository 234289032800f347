import { distance } from '#server/lib/typos.ts'

/** Words that say what kind of organization it is, and which people write or leave out. */
const forms =
  /\b(the|and|inc|incorporated|llc|l l c|ltd|limited|corp|corporation|co|company|nonprofit|non profit|of minnesota|of mn)\b/g

/** A name as it is compared: without case, accents, punctuation and the form of the organization. */
function comparable(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ')
  return plain.replace(forms, ' ').replace(/\s+/g, ' ').trim() || plain.trim()
}

/** “House 1” and “House 2” are two, although one letter makes the difference. */
const numbersIn = (name: string): string => (name.match(/\d+/g) ?? []).join(' ')

/** The holders on record that a typed name may mean, the likeliest first: “harbor homes inc” means “Harbor Homes, Inc.” */
export function likelyHolders(typed: string, names: readonly string[]): readonly string[] {
  const sought = comparable(typed)
  const most = sought.length < 8 ? 1 : 2
  return names
    .flatMap((name) => {
      const known = comparable(name)
      if (known === sought) return [{ name, away: 0 }]
      if (Math.abs(known.length - sought.length) > most || numbersIn(known) !== numbersIn(sought)) return []
      const away = distance(known, sought)
      return away <= most ? [{ name, away }] : []
    })
    .sort((a, b) => a.away - b.away)
    .slice(0, 5)
    .map(({ name }) => name)
}
