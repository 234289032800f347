import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { type CoursesFolder, readCoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { shareStrings } from '#server/courses/catalogue/shared-strings.ts'
import type { LoadedCourses } from './load.ts'

const project = path.join(import.meta.dirname, '../../..')
const hashBytes = 32

/**
 * The courses under `dir`, as `loadCourses` returns them. Reading, checking and rendering them takes longer than the
 * rest of a start, so the result is kept in `cacheDir` under a hash of all that it is made from, and the code that
 * makes it isn't even loaded.
 */
export async function openCourses(dir: string, cacheDir: string): Promise<LoadedCourses> {
  const folder = readCoursesFolder(dir)
  const file = path.join(cacheDir, `courses-${hashOfSources(folder)}`)
  const loaded: LoadedCourses = deserialize(readKept(file) ?? (await render(folder, file)))
  shareStrings(loaded.catalogue)
  return loaded
}

/** The serialized form is opened even right after rendering: what was cut out of a source file would hold the whole file. */
async function render(folder: CoursesFolder, file: string): Promise<Buffer> {
  const { loadFolder } = await import('./load.ts')
  const content = serialize(loadFolder(folder))
  keep(file, content)
  return content
}

/** The courses' files, and everything that turns them into pages: our code, templates, packages and Node. */
function hashOfSources(folder: CoursesFolder): string {
  const hash = createHash('sha256').update(serialize(folder)).update(process.version)
  const files = ['server/courses', 'views'].flatMap((name) =>
    readdirSync(path.join(project, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort(),
  )
  const others = ['server/web/templates.ts', 'package.json', 'node_modules/.package-lock.json']
  for (const file of [...files, ...others.map((name) => path.join(project, name))])
    hash.update(`\n${file}\n`).update(readFileSync(file))
  return hash.digest('hex')
}

/** Null if there is none or it was damaged. */
function readKept(file: string): Buffer | null {
  try {
    const bytes = readFileSync(file)
    const content = bytes.subarray(hashBytes)
    return sha256(content).equals(bytes.subarray(0, hashBytes)) ? content : null
  } catch {
    return null
  }
}

/** Replaces what was kept before. A folder that can't be written only makes the next start slower. */
function keep(file: string, content: Buffer): void {
  const folder = path.dirname(file)
  const draft = path.join(folder, `courses-draft-${randomUUID()}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(folder)) if (name.startsWith('courses-')) rmSync(path.join(folder, name))
    writeFileSync(draft, Buffer.concat([sha256(content), content]), { mode: 0o600 })
    renameSync(draft, file)
  } catch {
    // A draft that was left behind goes with the next one.
  }
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
