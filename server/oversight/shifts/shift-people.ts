/** Someone on a program's roster, as a list may name them. */
export type OnRoster = Readonly<{
  person_id: string
  name: string
  email: string | null
  employee_id: string | null
  role_title: string
  unit: string
}>

export type Named = Readonly<{
  /** Everyone who was found, once. */
  people: readonly OnRoster[]
  /** What could be one of several people. */
  unclear: readonly Readonly<{ text: string; people: readonly OnRoster[] }>[]
  /** What names no one on the roster. */
  unmatched: readonly string[]
}>

export const mostNamed = 300

/** One person a line. A semicolon or a tab separates too; a comma as well, unless it turns a name around. */
export function namedIn(text: string, roster: readonly OnRoster[]): Named {
  const find = finderOf(roster)
  const entries = text.split(/[\n\r;\t]+/).flatMap((line) => {
    const whole = line.trim()
    const parts = whole.split(',').map((part) => part.trim())
    return parts.length > 1 && find(whole).length === 0 ? parts : [whole]
  })
  return namedBy(entries, find)
}

/** The same for a list of texts that software sends: an employee ID, an email, a name or our own number each. */
export const namedAs = (texts: readonly string[], roster: readonly OnRoster[]): Named =>
  namedBy(texts, finderOf(roster))

function namedBy(entries: readonly string[], find: (text: string) => readonly OnRoster[]): Named {
  const people = new Map<string, OnRoster>()
  const unclear: Named['unclear'][number][] = []
  const unmatched = new Set<string>()
  for (const text of new Set(entries.map((entry) => entry.trim()).filter(Boolean))) {
    const found = find(text)
    const [only] = found
    if (only && found.length === 1) people.set(only.person_id, only)
    else if (only) unclear.push({ text, people: found })
    else unmatched.add(text)
  }
  return { people: [...people.values()], unclear, unmatched: [...unmatched] }
}

/** Finds by number first, then by whole name, then by parts of a name. A part that fits several people is unclear. */
function finderOf(roster: readonly OnRoster[]): (text: string) => readonly OnRoster[] {
  const words = new Map(roster.map((person) => [person, wordsOf(person.name)]))
  const byNumber = Map.groupBy(
    roster.flatMap((person) =>
      [person.person_id, person.employee_id, person.email].flatMap((number) =>
        number ? [{ number: number.toLowerCase(), person }] : [],
      ),
    ),
    ({ number }) => number,
  )
  const byName = Map.groupBy(roster, (person) => words.get(person)!.toSorted().join(' '))
  return (text) => {
    const numbered = byNumber.get(text.toLowerCase())
    if (numbered) return numbered.map(({ person }) => person)
    const asked = wordsOf(text)
    const named = byName.get(asked.toSorted().join(' '))
    if (named) return named
    if (asked.length === 0) return []
    return roster.filter((person) =>
      asked.every((word) => words.get(person)!.some((one) => one.startsWith(word))),
    )
  }
}

/** “Lindqvist, Ada” and “ada lindqvist” are the same words. */
const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[\s,.]+/)
    .filter(Boolean)
