import { resolve } from 'node:path'
import { Eta } from 'eta'
import { lessonBlocks } from './blocks.ts'
import type { Catalogue, Course, CourseVersion, Module } from './catalogue.ts'
import { contentHash } from './content-hash.ts'
import { type CourseFile, type CourseFolder, readCoursesFolder } from './course-files.ts'
import { courseShape } from './course-shapes.ts'
import { type ExercisePlace, exerciseView } from './exercise-view.ts'
import type { Exercise } from './exercises.ts'
import { emptyRegister, type FactRegister, readFactRegister } from './facts.ts'
import { type Drawing, readDrawing } from './figures.ts'
import { type GlossaryEntries, readGlossary } from './glossary.ts'
import { lessonFences } from './lessons.ts'
import { lessonMarkdown, renderWords } from './markdown.ts'
import { readModule } from './modules.ts'
import { type Problem, type ProblemLog, problemLog, sortedProblems } from './problems.ts'
import { nothingUsed, type PageNotes, plainText, type Scope, type Used } from './scope.ts'
import { supportHtml, supportLines } from './support.ts'
import { checkedShape, parseYaml } from './yaml-document.ts'

export type LoadedCourses = { readonly catalogue: Catalogue; readonly problems: readonly Problem[] }

/** Reads, checks and renders every course under `dir` (the folder `courses`). */
export function loadCourses(dir: string): LoadedCourses {
  const problems: Problem[] = []
  const log = problemLog(problems)
  const folder = readCoursesFolder(dir)
  if (!folder.facts) {
    log.error(
      `${folder.path}/facts.yml`,
      1,
      'There is no facts.yml.',
      'It holds the values, sources and facts that courses name.',
    )
  }
  const register = folder.facts ? readFactRegister(folder.facts, log) : emptyRegister
  const glossary = folder.glossary ? readGlossary(folder.glossary, register, log) : new Map()
  const support = supportLines(register)
  const shared: Shared = { log, register, glossary, support: supportHtml(support) }

  const bySlug = Map.groupBy(folder.courses, ({ slug }) => slug)
  const courses = new Map<string, Course>()
  for (const [slug, folders] of bySlug) {
    const versions = folders.flatMap((folder) => readVersion(folder, shared) ?? [])
    const course = courseOf(slug, versions, folders[0]!, log)
    if (course) courses.set(slug, course)
  }
  const terms = [...new Set(glossary.values())].map((entry) => {
    const scope = scopeOf(folder.glossary!.path, shared)
    const { html } = renderWords(markdown, scope, entry.text, 1, true)
    return { term: entry.term, slug: entry.slug, html, facts: entry.facts }
  })
  terms.sort((a, b) => a.term.localeCompare(b.term, 'en'))
  return {
    catalogue: { courses, glossary: terms, support, register },
    problems: sortedProblems(problems),
  }
}

type Shared = {
  readonly log: ProblemLog
  readonly register: FactRegister
  readonly glossary: GlossaryEntries
  readonly support: string
}

const eta = new Eta({ views: resolve(import.meta.dirname, '../../views'), cache: true, autoTrim: false })
const exerciseHtml = (exercise: Exercise, place: ExercisePlace) =>
  eta.render('learning/_exercise', { exercise: exerciseView(exercise, place) })

const markdown = lessonMarkdown()
lessonBlocks(markdown)
lessonFences(markdown)

const scopeOf = (file: string, { register, glossary, log }: Shared, notes?: PageNotes): Scope => ({
  file,
  register,
  glossary,
  log,
  used: nothingUsed(),
  notes,
})

function readVersion(folder: CourseFolder, live: Shared): CourseVersion | undefined {
  const { log } = live
  const shared = folder.published === undefined ? live : { ...live, ...frozenRegister(folder, log) }
  const file = folder.files.get('course.yml')
  const modules = new Set(
    [...folder.files.keys()].filter((path) => /^\d+-[^/]+\//.test(path)).map((path) => path.split('/')[0]!),
  )
  const scopes: Scope[] = []
  const scopeFor = (path: string, notes?: PageNotes) => {
    const scope = scopeOf(path, shared, notes)
    scopes.push(scope)
    return scope
  }
  const drawings = drawingsOf(folder, scopeFor, log)
  const ids = new Map<string, string>()
  const read = [...modules].flatMap((name) => {
    const module = readModule({
      folder,
      name,
      log,
      md: markdown,
      support: shared.support,
      scopeFor,
      drawing: drawings.find,
      questionIds: ids,
      drawExercise: (lesson, exercise) =>
        exerciseHtml(exercise, { course: folder.slug, module: name.replace(/^\d+-/, ''), lesson }),
    })
    return module ? [module] : []
  })
  drawings.checkUnused()
  if (!file) {
    log.warning(
      `${folder.path}/course.yml`,
      1,
      'This folder has no course.yml, so it is not a course.',
      'Write one (the page for authors shows it), or take the folder away.',
    )
    return undefined
  }
  const document = parseYaml(file.text, file.path, 1, log)
  const given = document && checkedShape(document, [], courseShape, log)
  if (!document || !given) return undefined
  if (given.slug !== folder.slug) {
    log.error(
      file.path,
      document.lineOf(['slug']),
      `The slug is "${given.slug}", but the folder is "${folder.slug}".`,
      'Make them the same.',
    )
  }
  if (folder.published !== undefined && given.version !== folder.published) {
    log.error(
      file.path,
      document.lineOf(['version']),
      `The version is "${given.version}", but the folder is "${folder.published}".`,
      'A published version is never edited: bring its files back as they were.',
    )
  }
  checkSlugs(read, file, log)
  if (read.length === 0) {
    log.warning(file.path, 1, 'The course has no module with lessons yet, so it is not shown.', '')
    return undefined
  }
  const scope = scopeFor(file.path)
  const plain = (key: keyof typeof given & string, text: string) =>
    plainText(scope, text, document.lineOf([key]))
  for (const key of given.authority ?? []) {
    if (!shared.register.facts.has(key))
      log.error(
        file.path,
        document.lineOf(['authority']),
        `There is no fact "${key}" in facts.yml.`,
        'Mend the key, or enter the fact.',
      )
    else scope.used.facts.add(key)
  }
  const numbered = read.map((module, at): Module => ({ ...module, number: at + 1 }))
  const version = {
    slug: folder.slug,
    version: given.version,
    state: folder.published === undefined ? ('working' as const) : ('published' as const),
    title: plain('title', given.title),
    shortTitle: plain('short_title', given.short_title),
    audience: plain('audience', given.audience),
    statute: plain('statute', given.statute),
    authority: given.authority ?? [],
    summary: plain('summary', given.summary),
    supplementary: plain('supplementary', given.supplementary ?? ''),
    writtenBy: given.written_by ?? [],
    modules: numbered,
    minutes: numbered.reduce((sum, { minutes, assessmentMinutes }) => sum + minutes + assessmentMinutes, 0),
  }
  return { ...version, hash: contentHash(folder, shared.register, shared.glossary, unionOf(scopes)) }
}

const unionOf = (scopes: readonly Scope[]): Used => ({
  facts: new Set(scopes.flatMap(({ used }) => [...used.facts])),
  values: new Set(scopes.flatMap(({ used }) => [...used.values])),
  terms: new Set(scopes.flatMap(({ used }) => [...used.terms])),
})

/** A frozen version shows the values, sources and words as they were when it was frozen. */
function frozenRegister(folder: CourseFolder, log: ProblemLog) {
  const facts = folder.files.get('facts.yml')
  const glossary = folder.files.get('glossary.yml')
  const register = facts ? readFactRegister(facts, log) : emptyRegister
  return { register, glossary: glossary ? readGlossary(glossary, register, log) : new Map() }
}

function checkSlugs(modules: readonly Module[], file: CourseFile, log: ProblemLog): void {
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

function drawingsOf(folder: CourseFolder, scopeFor: (path: string) => Scope, log: ProblemLog) {
  const drawings = new Map<string, Drawing | undefined>()
  const files = [...folder.files.values()].filter(
    ({ inner }) => inner.startsWith('figures/') && inner.endsWith('.svg'),
  )
  for (const file of files) {
    const scope = scopeFor(file.path)
    const text = file.text
      .split('\n')
      .map((line, at) => plainText(scope, line, at + 1))
      .join('\n')
    drawings.set(file.inner.slice('figures/'.length), readDrawing(file, text, log))
  }
  const shown = new Set<string>()
  return {
    find(name: string, line: number, scope: Scope) {
      shown.add(name)
      if (!drawings.has(name)) {
        const names = [...drawings.keys()].join(', ')
        log.error(
          scope.file,
          line,
          `There is no drawing "${name}" in ${folder.path}/figures.`,
          names === '' ? 'Put the SVG file there.' : `There are: ${names}.`,
        )
      }
      return drawings.get(name)
    },
    checkUnused() {
      for (const file of files) {
        if (!shown.has(file.inner.slice('figures/'.length)))
          log.warning(file.path, 1, 'No lesson shows this drawing.', '')
      }
    },
  }
}

function courseOf(
  slug: string,
  versions: readonly CourseVersion[],
  folder: CourseFolder,
  log: ProblemLog,
): Course | undefined {
  const working = versions.find(({ state }) => state === 'working')
  const published = versions.filter(({ state }) => state === 'published').sort(newestFirst)
  const current = published[0] ?? working
  if (!current) return undefined
  const twin = published.find(({ version }) => version === working?.version)
  if (twin && working && twin.hash !== working.hash) {
    log.error(
      `${folder.path}/course.yml`,
      1,
      `Version ${twin.version} is published, and this text differs from it.`,
      'Give the text a new version number.',
    )
  }
  const all = [...(working ? [working] : []), ...published]
  return {
    slug,
    current,
    working,
    published,
    versions: new Map(all.map((version) => [version.version, version])),
  }
}

const newestFirst = (a: CourseVersion, b: CourseVersion) =>
  b.version.localeCompare(a.version, 'en', { numeric: true })
