import type { Static } from 'typebox'
import type { CourseFile, CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import type { courseShape } from '#server/courses/catalogue/course-shapes.ts'
import { changeFile } from './change-record.ts'
import { registerCopies } from './content-hash.ts'
import { readAgainFile } from './read-again.ts'

/** The course's own words against the names of its folders. */
export function checkHead(
  folder: CourseFolder,
  document: YamlDocument,
  given: { slug: string; version: string },
  log: ProblemLog,
): void {
  if (given.slug !== folder.slug) {
    log.error(
      document.file,
      document.lineOf(['slug']),
      `The slug is "${given.slug}", but the folder is "${folder.slug}".`,
      'Make them the same.',
    )
  }
  if (folder.published !== undefined && given.version !== folder.published) {
    log.error(
      document.file,
      document.lineOf(['version']),
      `The version is "${given.version}", but the folder is "${folder.published}".`,
      'A published version is never edited: bring its files back as they were.',
    )
  }
}

/** A refresher says for which year it is and what it renews; nothing else does. */
export function checkKind(document: YamlDocument, given: Static<typeof courseShape>, log: ProblemLog): void {
  for (const key of ['edition', 'refreshes'] as const) {
    if ((given.kind === 'refresher') === (given[key] !== undefined)) continue
    log.error(
      document.file,
      document.lineOf([given[key] === undefined ? 'kind' : key]),
      given.kind === 'refresher' ? `A refresher needs "${key}".` : `"${key}" belongs to a refresher.`,
      given.kind === 'refresher'
        ? 'Add "edition:" with its year and "refreshes:" with the slug of its course.'
        : 'Add "kind: refresher", or take it out.',
    )
  }
}

/** Files at the course's own level that nothing reads. */
export function checkStrayFiles(folder: CourseFolder, log: ProblemLog): void {
  for (const { inner, path } of folder.files.values()) {
    const known =
      folder.published === undefined
        ? ['course.yml', readAgainFile]
        : ['course.yml', changeFile, ...registerCopies]
    if (known.includes(inner) || /^\d+-[^/]+\//.test(inner) || /^figures\/[^/]+\.svg$/.test(inner)) continue
    log.warning(path, 1, 'This file is not used.', strayFix(inner))
  }
}

function strayFix(inner: string): string {
  if (inner.startsWith('figures/')) return 'Drawings are SVG files right inside figures/.'
  if (registerCopies.includes(inner)) return 'Facts and words of all courses stand in the folder above.'
  if (inner.includes('/')) return 'A module’s folder begins with two digits and a hyphen: 01-first-day.'
  return 'Take it away, or mend its name.'
}

export function checkSlugs(modules: readonly Module[], file: CourseFile, log: ProblemLog): void {
  for (const [at, { slug }] of modules.entries()) {
    if (modules.findIndex((other) => other.slug === slug) === at) continue
    log.error(
      file.path,
      1,
      `Two modules are called "${slug}".`,
      'Give each folder a name of its own after its number.',
    )
  }
}
