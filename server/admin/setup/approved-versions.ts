import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'

type Approved = Readonly<{ course: string; version: string; content_hash: string; demonstration: boolean }>

/** The course versions of this installation with an approval in force for exactly their text. */
export function approvedVersions(
  catalogue: Catalogue,
  approvals: readonly Approved[],
): readonly Readonly<{ hash: string; words: string }>[] {
  return approvals.flatMap(({ course, version, content_hash, demonstration }) => {
    const text = catalogue.courses.get(course)?.versions.get(version)
    if (!text || text.hash !== content_hash) return []
    const words = `${text.title}, version ${version}${demonstration ? ' (invented)' : ''}`
    return [{ hash: content_hash, words }]
  })
}
