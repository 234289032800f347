import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import type { ReviewReading } from './readings.queries.ts'

/** A lesson, or a module's questions: then `lesson` is empty. */
export type ReviewPart = Readonly<{ module: string; lesson: string; hash: string; href: string }>

export const reviewPath = ({ slug, version }: Pick<CourseVersion, 'slug' | 'version'>) =>
  `/review/courses/${slug}/${version}`

/** The parts of a version that a reviewer reads, in order. */
export const partsToReview = (text: CourseVersion): readonly ReviewPart[] =>
  text.modules.flatMap(({ slug: module, lessons, questions, poolHash }) => [
    ...lessons.map(({ slug: lesson, hash }): ReviewPart => {
      return { module, lesson, hash, href: `${reviewPath(text)}/lessons/${module}/${lesson}` }
    }),
    ...(questions.size > 0
      ? [{ module, lesson: '', hash: poolHash, href: `${reviewPath(text)}/questions/${module}` }]
      : []),
  ])

/** Where a reviewer goes after a part: the next one, or the version's page at the end. */
export function afterPart(text: CourseVersion, module: string, lesson: string): string {
  const parts = partsToReview(text)
  const at = parts.findIndex((part) => part.module === module && part.lesson === lesson)
  return parts[at + 1]?.href ?? reviewPath(text)
}

/** A reviewer who read a part, and whether it has changed since. */
export type PartReader = Readonly<{ personId: string; name: string; on: Day; hasChanged: boolean }>

/** Who read one part: in this text, or else the latest other text. */
export function readersOf(
  { module, lesson, hash }: ReviewPart,
  readings: readonly ReviewReading[],
): readonly PartReader[] {
  const here = readings.filter((one) => one.module === module && one.lesson === lesson)
  return [...Map.groupBy(here, ({ person_id }) => person_id).values()].map((own) => {
    const reading = own.find(({ part_hash }) => part_hash === hash) ?? own.at(-1)!
    const { person_id, name, read_at, part_hash } = reading
    return { personId: person_id, name, on: dayOf(read_at), hasChanged: part_hash !== hash }
  })
}

/** Who of the reviewers read what of a version, and what no one has read. */
export function readingCoverage(
  text: CourseVersion,
  readings: readonly ReviewReading[],
  reviewers: readonly Readonly<{ id: string; name: string }>[],
) {
  const parts = partsToReview(text).map((part) => ({ ...part, readers: readersOf(part, readings) }))
  const names = new Map([
    ...readings.map(({ person_id, name }) => [person_id, name] as const),
    ...reviewers.map(({ id, name }) => [id, name] as const),
  ])
  const people = [...names].map(([id, name]) => {
    const own = parts.flatMap(({ readers }) => readers.filter(({ personId }) => personId === id))
    return {
      name,
      read: own.filter(({ hasChanged }) => !hasChanged).length,
      changed: own.filter(({ hasChanged }) => hasChanged).length,
      lastOn:
        own
          .map(({ on }) => on)
          .sort()
          .at(-1) ?? null,
    }
  })
  return {
    readers: new Map(parts.map(({ module, lesson, readers }) => [`${module}/${lesson}`, readers] as const)),
    people: people.sort((a, b) => b.read - a.read || a.name.localeCompare(b.name)),
    parts: parts.length,
    unread: parts.filter(({ readers }) => readers.every(({ hasChanged }) => hasChanged)).length,
  }
}
