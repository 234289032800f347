import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { isRecording } from './recording-names.ts'

/** A text file of a course: its path as shown in problems, and its text with normalized line endings. */
export type CourseFile = {
  readonly path: string
  /** Path inside its version's folder, with `/` on every system. */
  readonly inner: string
  readonly text: string
  /** A recording stays on disk. Its text here is its hash, so that a changed recording is a changed course. */
  readonly recording?: Readonly<{ disk: string; bytes: number }>
}

/** The files of one version of a course: the draft, or a version frozen under `published/<version>`. */
export type CourseFolder = {
  readonly slug: string
  /** Undefined for the draft. */
  readonly published: string | undefined
  readonly path: string
  readonly files: ReadonlyMap<string, CourseFile>
}

export type CoursesFolder = {
  readonly path: string
  readonly facts: CourseFile | undefined
  readonly glossary: CourseFile | undefined
  /** Outside trainings. */
  readonly catalogue: CourseFile | undefined
  readonly rightNow: CourseFile | undefined
  readonly resources?: CourseFile | undefined
  /** The topics that the law requires, and what teaches them. */
  readonly coverage?: CourseFile | undefined
  /** Which reviews by people outside are still owed. */
  readonly owedReviews?: CourseFile | undefined
  /** Job aids, which can belong to several courses. */
  readonly jobAids: readonly CourseFile[]
  /** How to lead a group through a module. */
  readonly facilitatorsGuide: CourseFile | undefined
  readonly courses: readonly CourseFolder[]
}

/** Reads everything under `courses/` at the start. Later, only recordings are read from disk. */
export function readCoursesFolder(dir: string): CoursesFolder {
  const name = basename(dir)
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
    .sort()
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const read = (path: string, root: string): CourseFile => {
    const named = { path: `${name}/${path}`, inner: path.slice(root.length) }
    const disk = join(dir, path)
    const content = readFileSync(disk)
    if (isRecording(path)) {
      const text = createHash('sha256').update(content).digest('hex')
      return { ...named, text, recording: { disk, bytes: content.length } }
    }
    const text = content
      .toString('utf8')
      .replaceAll('\r\n', '\n')
      .replace(/^\uFEFF/, '')
    return { ...named, text }
  }
  const folderAt = (slug: string, published: string | undefined): CourseFolder => {
    const root = published === undefined ? `${slug}/` : `${slug}/published/${published}/`
    const inside = files.filter(
      (path) => path.startsWith(root) && !(published === undefined && path.startsWith(`${slug}/published/`)),
    )
    return {
      slug,
      published,
      path: `${name}/${root.slice(0, -1)}`,
      files: new Map(inside.map((path) => [path.slice(root.length), read(path, root)])),
    }
  }
  const courses = folders
    .map((folder) => folder.name)
    .filter((slug) => slug !== 'job-aids')
    .sort()
    .flatMap((slug) => {
      const versions = new Set(
        files.filter((path) => path.startsWith(`${slug}/published/`)).map((path) => path.split('/')[2]!),
      )
      return [folderAt(slug, undefined), ...[...versions].sort().map((version) => folderAt(slug, version))]
    })
  const optional = (path: string) => (files.includes(path) ? read(path, '') : undefined)
  return {
    path: name,
    facts: optional('facts.yml'),
    glossary: optional('glossary.yml'),
    catalogue: optional('catalogue.yml'),
    rightNow: optional('right-now.yml'),
    resources: optional('resources.yml'),
    coverage: optional('coverage.yml'),
    owedReviews: optional('owed-reviews.yml'),
    jobAids: files.filter((path) => path.startsWith('job-aids/')).map((path) => read(path, '')),
    facilitatorsGuide: optional('facilitators-guide.md'),
    courses,
  }
}
