import type { Source } from '#server/courses/catalogue/course-parts.ts'

/** The sources by who published them, or those that have some words. */
export function sourcesPage(sources: Iterable<Source>, asked: string) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...sources].filter(({ title, publisher }) => {
    const text = `${title} ${publisher}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const groups = [...Map.groupBy(found, ({ publisher }) => publisher || 'Other')]
  return {
    title: 'Sources and their dates',
    asked,
    found: found.length,
    groups: groups
      .sort(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([publisher, some]) => ({ publisher, sources: some })),
  }
}
