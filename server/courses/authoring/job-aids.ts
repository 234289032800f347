import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { JobAid, SupportLine } from '#server/courses/catalogue/course-parts.ts'
import { readSheet } from './sheet-text.ts'
import type { Shared } from './versions.ts'

/** Job aids offered at the end of a lesson, or with a course if they name no lesson. */
export const jobAidsWith = (aids: readonly JobAid[], place: string): readonly JobAid[] =>
  aids.filter(({ goesWith }) => goesWith.some((one) => one === place || one.startsWith(`${place}/`)))

/** Reads the job aids in file order. */
export function readJobAids(
  files: readonly CourseFile[],
  shared: Shared,
  support: readonly SupportLine[],
  lessons: ReadonlySet<string>,
): readonly JobAid[] {
  const seen = new Set<string>()
  return files.flatMap((file): JobAid[] => {
    const slug = /^job-aids\/\d+-([a-z0-9-]+)\.md$/.exec(file.inner)?.[1]
    if (slug === undefined) {
      shared.log.warning(
        file.path,
        1,
        'This file is not used.',
        'Name a job aid with two digits, a hyphen and lowercase letters: 01-reporting-card.md.',
      )
      return []
    }
    if (seen.has(slug))
      shared.log.error(file.path, 1, `There are two job aids "${slug}".`, 'Give each one a different name.')
    seen.add(slug)
    const text = readSheet(file, 'Job aid', shared, support)
    if (!text) return []
    for (const { place, line } of text.goesWith)
      if (!lessons.has(place))
        shared.log.warning(
          file.path,
          line,
          `There is no lesson "${place}", so the job aid is not offered there.`,
          'Use the course, module and lesson from the lesson’s address.',
        )
    return [{ ...text, slug, file: file.path, goesWith: text.goesWith.map(({ place }) => place) }]
  })
}
