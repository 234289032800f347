import type { TextOutline } from '#server/courses/catalogue/version-changes.ts'

export type GroupLesson = Readonly<{ lesson: string; hash: string }>

/** The lessons of a module that a group session covers for a person, and those that it doesn't. */
export type GroupCredit = Readonly<{ given: readonly GroupLesson[]; otherwise: readonly string[] }>

/**
 * The lessons of the person's version that are word for word the same as the group's. If the group's text is no longer
 * available, nothing can be compared, so nothing is credited.
 */
export function groupCredit(taken: TextOutline | null, own: TextOutline | null, module: string): GroupCredit {
  const lessonsOf = (text: TextOutline | null) =>
    text?.modules.find(({ slug }) => slug === module)?.lessons ?? []
  const hashes = new Map(lessonsOf(taken).map(({ slug, hash }) => [slug, hash]))
  const isSame = ({ slug, hash }: { slug: string; hash: string }) => hashes.get(slug) === hash
  return {
    given: lessonsOf(own)
      .filter(isSame)
      .map(({ slug, hash }) => ({ lesson: slug, hash })),
    otherwise: lessonsOf(own)
      .filter((lesson) => !isSame(lesson))
      .map(({ slug }) => slug),
  }
}
