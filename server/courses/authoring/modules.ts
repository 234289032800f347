import type { CourseFile, CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { captionsOf } from '#server/courses/authoring/files/recording-names.ts'
import { checkedShape, parseYaml, type YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import { checkPool } from '#server/courses/authoring/questions/pools.ts'
import { plainText, type Scope } from '#server/courses/authoring/text/scope.ts'
import type { Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import {
  diagnosticShape,
  lessonsOnlyShape,
  moduleShape,
  partOnlyShape,
  type RefresherPart,
} from '#server/courses/catalogue/course-shapes.ts'
import { textHash } from './content-hash.ts'
import { readLesson } from './lessons.ts'
import type { ModuleSetting } from './module-setting.ts'
import { type Pool, readPool } from './question-pool.ts'

/** Reads one module. Undefined if it has no lessons yet or can't be read. */
export function readModule(setting: ModuleSetting): Module | undefined {
  const { folder, name, log, scopeFor } = setting
  const path = `${folder.path}/${name}`
  const lessonFiles = lessonFilesOf(setting)
  if (lessonFiles.length === 0) {
    log.warning(`${path}/module.yml`, 1, 'The module has no lessons yet, so it is not shown.', '')
    return undefined
  }
  const file = folder.files.get(`${name}/module.yml`)
  if (!file) {
    log.error(
      `${path}/module.yml`,
      1,
      'The module has lessons but no module.yml.',
      'Create it with title, objectives, minutes, pass mark and draw.',
    )
    return undefined
  }
  const document = parseYaml(file.text, file.path, 1, log)
  const given = document && headOf(document, setting)
  const scope = scopeFor(file.path)
  const lessons = lessonFiles.flatMap((lesson, at) => readOneLesson(lesson, at, setting) ?? [])
  checkLessonNames(lessonFiles, log)
  const pool = readPool(setting, given?.asks ?? true)
  if (!document || !given) return undefined
  if (lessons.length === lessonFiles.length) checkMinutes(given, lessons, document, scope)
  const module = describeModule(setting, given, document, scope, { lessons, pool })
  if (given.asks)
    checkPool(module, `${path}/questions.yml`, { file: file.path, line: document.lineOf(['draw']) }, log)
  return module
}

/** The module's lessons. Warns of files that no one reads. */
function lessonFilesOf({ folder, name, log }: ModuleSetting): readonly CourseFile[] {
  const inside = [...folder.files.values()].filter(({ inner }) => inner.startsWith(`${name}/`))
  const lessons = inside.filter(({ inner }) => /\/\d+-[a-z0-9-]+\.md$/.test(inner))
  for (const file of inside) {
    const { inner, path } = file
    if (lessons.includes(file) || inner === `${name}/module.yml` || inner === `${name}/questions.yml`)
      continue
    const fix = inner.endsWith('.md')
      ? 'Name a lesson with two digits, a hyphen and lowercase letters: 01-why-this-training.md.'
      : 'Remove it or fix its name.'
    log.warning(path, 1, 'This file is not used.', fix)
  }
  return lessons
}

function checkMinutes(
  given: ModuleHead,
  lessons: readonly Lesson[],
  document: YamlDocument,
  { file, log }: Scope,
): void {
  const sum = lessons.reduce((sum, { minutes }) => sum + minutes, 0)
  if (sum === given.minutes) return
  log.error(
    file,
    document.lineOf(['minutes']),
    `The module declares ${given.minutes} minutes, but its lessons add up to ${sum}.`,
    'Use the same number.',
  )
}

function describeModule(
  { name }: ModuleSetting,
  given: ModuleHead,
  document: YamlDocument,
  scope: Scope,
  { lessons, pool }: Readonly<{ lessons: readonly Lesson[]; pool: Pool }>,
): Module {
  return {
    // Counted once the course knows which of its modules can be read.
    number: 0,
    slug: name.replace(/^\d+-/, ''),
    title: plainText(scope, given.title, document.lineOf(['title'])),
    part: given.part,
    objectives: given.objectives.map((text, at) =>
      plainText(scope, text, document.lineOf(['objectives', at])),
    ),
    minutes: given.minutes,
    assessmentMinutes: given.assessmentMinutes,
    passMark: given.passMark,
    draw: given.draw,
    lessons,
    questions: pool.questions,
    poolHash: textHash(
      [
        ['questions.yml', pool.text],
        ['drawn and marked', `${given.draw} ${given.passMark}`],
      ],
      scope.register,
      scope.glossary,
      pool.used,
    ),
  }
}

type ModuleHead = Readonly<{
  title: string
  minutes: number
  objectives: readonly string[]
  part: RefresherPart | undefined
  /** True if it has a question pool. */
  asks: boolean
  assessmentMinutes: number
  passMark: number
  draw: number
}>

/** Reads module.yml. A refresher's modules have only the fields that their part needs. */
function headOf(document: YamlDocument, { kind, log }: ModuleSetting): ModuleHead | undefined {
  if (kind === 'training') {
    const given = checkedShape(document, [], moduleShape, log)
    return (
      given && {
        ...given,
        part: undefined,
        asks: true,
        assessmentMinutes: given.assessment_minutes,
        passMark: given.pass_mark,
      }
    )
  }
  const part = checkedShape(document, [], partOnlyShape, log)?.part
  if (part === 'diagnostic') {
    const given = checkedShape(document, [], diagnosticShape, log)
    return given && { ...given, asks: true, assessmentMinutes: given.assessment_minutes, passMark: 0 }
  }
  const given = part && checkedShape(document, [], lessonsOnlyShape, log)
  return given && { ...given, asks: false, assessmentMinutes: 0, passMark: 0, draw: 0 }
}

function readOneLesson(file: CourseFile, at: number, setting: ModuleSetting): Lesson | undefined {
  const slug = /\/\d+-([^/]+)\.md$/.exec(file.inner)![1]!
  const scope = setting.scopeFor(file.path, { sources: new Map(), terms: new Map() })
  const drawings = new Set<string>()
  const recordings = new Set<string>()
  const text = readLesson(file, at + 1, slug, {
    md: setting.md,
    scope,
    support: setting.support,
    format: setting.format,
    drawing: (name, line, scope) => {
      drawings.add(name)
      return setting.drawing(name, line, scope)
    },
    recording: (name, line, scope) => {
      recordings.add(name)
      return setting.recording(name, line, scope)
    },
    drawExercise: (exercise) => setting.drawExercise(slug, exercise),
  })
  const lesson = text && { ...text, hash: lessonHash(file, { drawings, recordings }, scope, setting.folder) }
  if (lesson) {
    const { calculatedMinutes, words } = lesson.measure
    if (Math.abs(lesson.minutes - calculatedMinutes) > lesson.minutes * 0.25) {
      setting.log.warning(
        file.path,
        1,
        `The lesson declares ${lesson.minutes} minutes, but its ${words} words and its exercises take about ${calculatedMinutes}.`,
        calculatedMinutes > lesson.minutes
          ? 'Shorten it or declare more minutes.'
          : 'Expand it or declare fewer minutes.',
      )
    }
  }
  return lesson
}

/** The file name is not hashed: a lesson that only moves is the same lesson. */
function lessonHash(
  file: CourseFile,
  { drawings, recordings }: Readonly<{ drawings: ReadonlySet<string>; recordings: ReadonlySet<string> }>,
  scope: Scope,
  folder: CourseFolder,
): string {
  const drawn = [...drawings].map((name): [string, string] => {
    const text = folder.files.get(`figures/${name}`)?.text ?? ''
    const value = (name: string) => scope.register.values.get(name)?.text ?? ''
    return [name, text.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (_, name: string) => value(name))]
  })
  const recorded = [...recordings]
    .flatMap((name) => [name, captionsOf(name)])
    .map((name): [string, string] => [name, folder.files.get(`media/${name}`)?.text ?? ''])
  return textHash([['lesson', file.text], ...drawn, ...recorded], scope.register, scope.glossary, scope.used)
}

function checkLessonNames(files: readonly CourseFile[], log: ProblemLog): void {
  const parts = files.map((file) => /\/(\d+)-([^/]+)\.md$/.exec(file.inner)!)
  for (const [at, file] of files.entries()) {
    const twin = parts.findIndex((part) => part[1] === parts[at]![1] || part[2] === parts[at]![2])
    if (twin === at) continue
    log.error(
      file.path,
      1,
      `It has the same number or name as ${files[twin]!.inner.split('/')[1]}.`,
      'Give each lesson a different number and name.',
    )
  }
}
