import type { TextOutline } from '#server/courses/catalogue/version-changes.ts'

export type GroupLesson = Readonly<{ lesson: string; hash: string }>

/** What a module taken in a group gives to somebody, and what of their own text it does not. */
export type GroupCredit = Readonly<{ given: readonly GroupLesson[]; otherwise: readonly string[] }>

/**
 * The lessons of somebody's own text that are word for word those that the group took. Of a text that is not known
 * any more nothing is known to be the same, so nothing is given.
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
