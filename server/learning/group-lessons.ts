import type { TextOutline } from '#server/courses/catalogue/version-changes.ts'

type GroupLesson = Readonly<{ lesson: string; hash: string }>

/** The lessons of a module that a group session covers for a person, and those that it doesn't. */
type GroupCredit = Readonly<{
  given: readonly GroupLesson[]
  otherwise: readonly string[]
  /** The same in both texts, but the session didn't run long enough for it. */
  unreached: readonly string[]
}>

/** How long a person was in the room, and how long each lesson of the module takes. */
export type GroupTime = Readonly<{ minutes: number; planned: ReadonlyMap<string, number> }>

/** A group that is quick gets credit; one that was over after a minute doesn't. */
const fastestShare = 0.75

/**
 * The lessons of the person's version that are word for word the same as the group's, as far as the session ran. If the group's text is no longer
 * available, nothing can be compared, so nothing is credited.
 */
export function groupCredit(
  taken: TextOutline | null,
  own: TextOutline | null,
  module: string,
  time: GroupTime,
): GroupCredit {
  const lessonsOf = (text: TextOutline | null) =>
    text?.modules.find(({ slug }) => slug === module)?.lessons ?? []
  const hashes = new Map(lessonsOf(taken).map(({ slug, hash }) => [slug, hash]))
  const isSame = ({ slug, hash }: { slug: string; hash: string }) => hashes.get(slug) === hash
  const lessons = lessonsOf(own)
  const reached = new Set<string>()
  let planned = 0
  for (const { slug } of lessons) {
    planned += time.planned.get(slug) ?? 0
    if (planned * fastestShare <= time.minutes) reached.add(slug)
  }
  return {
    given: lessons
      .filter((lesson) => isSame(lesson) && reached.has(lesson.slug))
      .map(({ slug, hash }) => ({ lesson: slug, hash })),
    otherwise: lessons.filter((lesson) => !isSame(lesson)).map(({ slug }) => slug),
    unreached: lessons
      .filter((lesson) => isSame(lesson) && !reached.has(lesson.slug))
      .map(({ slug }) => slug),
  }
}

/** The minutes that a person was in the room, from when both they and the session had begun. */
export const minutesInRoom = (startsAt: Date, joinedAt: Date, until: Date): number =>
  Math.max(0, (until.getTime() - Math.max(startsAt.getTime(), joinedAt.getTime())) / 60_000)
