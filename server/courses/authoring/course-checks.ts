import type { Static } from 'typebox'
import type { CourseFile, CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { isCaptions, isRecording, recordingKinds } from '#server/courses/authoring/files/recording-names.ts'
import type { YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import type { courseShape } from '#server/courses/catalogue/course-shapes.ts'
import { changeFile } from './change-record.ts'
import { registerCopies } from './content-hash.ts'
import { readAgainFile } from './read-again.ts'

/** Checks course.yml against the folder names. */
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
      'Never edit a published version. Restore its files.',
    )
  }
}

/** Only a refresher states its year and the course it refreshes, and it must. */
export function checkKind(document: YamlDocument, given: Static<typeof courseShape>, log: ProblemLog): void {
  for (const key of ['edition', 'refreshes'] as const) {
    if ((given.kind === 'refresher') === (given[key] !== undefined)) continue
    log.error(
      document.file,
      document.lineOf([given[key] === undefined ? 'kind' : key]),
      given.kind === 'refresher' ? `A refresher needs "${key}".` : `"${key}" belongs to a refresher.`,
      given.kind === 'refresher'
        ? 'Add "edition:" with its year and "refreshes:" with the slug of its course.'
        : 'Add "kind: refresher", or remove it.',
    )
  }
}

/** Warns about unused files at the top level of a course. */
export function checkStrayFiles(folder: CourseFolder, log: ProblemLog): void {
  for (const { inner, path } of folder.files.values()) {
    const known =
      folder.published === undefined
        ? ['course.yml', readAgainFile]
        : ['course.yml', changeFile, ...registerCopies]
    if (isRecording(inner) || isCaptions(inner)) continue
    if (known.includes(inner) || /^\d+-[^/]+\//.test(inner) || /^figures\/[^/]+\.svg$/.test(inner)) continue
    log.warning(path, 1, 'This file is not used.', strayFix(inner))
  }
}

function strayFix(inner: string): string {
  if (inner.startsWith('media/'))
    return `Put recordings directly in media/, as ${Object.keys(recordingKinds).join(', ')}, with captions as vtt.`
  if (inner.startsWith('figures/')) return 'Put drawings directly in figures/, as SVG files.'
  if (registerCopies.includes(inner))
    return 'Facts and glossary terms of all courses belong in the parent folder.'
  if (inner.includes('/')) return 'A module’s folder name starts with two digits and a hyphen: 01-first-day.'
  return 'Remove it or fix its name.'
}

export function checkSlugs(modules: readonly Module[], file: CourseFile, log: ProblemLog): void {
  for (const [at, { slug }] of modules.entries()) {
    if (modules.findIndex((other) => other.slug === slug) === at) continue
    log.error(
      file.path,
      1,
      `Two modules are called "${slug}".`,
      'Give each folder a different name after its number.',
    )
  }
}
