import type { Source } from '#server/courses/catalogue/course-parts.ts'

/** The sources by who published them, or those that have some words. */
export function sourcesPage(sources: Iterable<Source>, asked: string) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...sources].filter(({ title, publisher }) => {
    const text = `${title} ${publisher}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const groups = [...Map.groupBy(found, ({ publisher }) => publisher || 'Other')]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([publisher, sources]) => ({ publisher, sources, letter: publisher.charAt(0).toUpperCase() }))
  return {
    title: 'Sources and their dates',
    asked,
    found: found.length,
    // The first of each letter is where the letter in the contents leads.
    groups: groups.map((group, at) => ({ ...group, isFirst: groups[at - 1]?.letter !== group.letter })),
  }
}
