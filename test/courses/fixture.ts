import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import {
  type CourseFile,
  type CoursesFolder,
  readCoursesFolder,
} from '#server/courses/authoring/files/course-files.ts'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'

export const fixtureDir = resolve(import.meta.dirname, 'fixture')

/** Each file by its path under the fixture: how its text is changed, or null to take it away. */
export type Edits = Readonly<Record<string, ((text: string) => string) | string | null>>

const whole = readCoursesFolder(fixtureDir)

/** The fixture as a person might have left it after some edits. */
function edited(edits: Edits): CoursesFolder {
  const left = new Set(Object.keys(edits))
  const change = (path: string, file: CourseFile | undefined, inner: string): CourseFile | undefined => {
    if (!(path in edits)) return file
    left.delete(path)
    const edit = edits[path]
    if (edit === null) return undefined
    const text = typeof edit === 'function' ? edit(file?.text ?? '') : edit!
    if (typeof edit === 'function' && text === file?.text)
      throw new Error(`The edit of ${path} changes nothing.`)
    return { path: `fixture/${path}`, inner, text }
  }
  const courses = whole.courses.map((folder) => {
    const root = folder.path.slice('fixture/'.length)
    const paths = new Set([...folder.files.keys()].map((inner) => `${root}/${inner}`))
    for (const path of left) {
      const isInside =
        path.startsWith(`${root}/`) && (folder.published !== undefined || !path.includes('/published/'))
      if (isInside) paths.add(path)
    }
    const files = [...paths].sort().flatMap((path) => {
      const inner = path.slice(root.length + 1)
      const file = change(path, folder.files.get(inner), inner)
      return file ? [[inner, file] as const] : []
    })
    return { ...folder, files: new Map(files) }
  })
  const facts = change('facts.yml', whole.facts, 'facts.yml')
  const glossary = change('glossary.yml', whole.glossary, 'glossary.yml')
  if (left.size > 0) throw new Error(`Nothing was edited at ${[...left].join(', ')}.`)
  return { ...whole, courses, facts, glossary }
}

/** What the author reads after these edits, errors and warnings. */
export const saidAfter = (edits: Edits): string[] =>
  loadFolder(edited(edits)).problems.map((problem) => `${problem.level} ${problemLine(problem)}`)

export const loadedAfter = (edits: Edits) => loadFolder(edited(edits))

export const module1 = 'welcome/01-first-day'
export const door = `${module1}/01-at-the-door.md`
export const practice = `${module1}/02-practice.md`
export const pool = `${module1}/questions.yml`

/** Runs the command that freezes a text, in a copy of the fixture. */
export function publish(dir: string, ...words: readonly string[]) {
  const command = resolve(import.meta.dirname, '../../server/cli/courses-publish.ts')
  const by = words.includes('--by') ? [] : ['--by', 'pat@house.example']
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [command, ...words, ...by, '--courses', dir],
    {
      encoding: 'utf8',
    },
  )
  return { code: status, stdout, stderr }
}
