import { resolve } from 'node:path'
import type { Static } from 'typebox'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import { emptyRegister, readFactRegister } from '#server/courses/authoring/files/facts.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml, type YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import { lessonBlocks } from '#server/courses/authoring/text/blocks.ts'
import { drawingsOf } from '#server/courses/authoring/text/drawings.ts'
import { type GlossaryEntries, readGlossary } from '#server/courses/authoring/text/glossary.ts'
import { lessonMarkdown } from '#server/courses/authoring/text/markdown.ts'
import { type Recordings, recordingsOf } from '#server/courses/authoring/text/recordings.ts'
import {
  nothingUsed,
  type PageNotes,
  plainText,
  type Scope,
  type Used,
} from '#server/courses/authoring/text/scope.ts'
import type { Course, CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'
import { courseShape, defaultEngagement, formatOf } from '#server/courses/catalogue/course-shapes.ts'
import { type ExercisePlace, exerciseView } from '#server/courses/catalogue/exercise-view.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import { createTemplates } from '#server/web/templates.ts'
import { readChangeRecord } from './change-record.ts'
import { contentHash } from './content-hash.ts'
import { checkHead, checkKind, checkSlugs, checkStrayFiles } from './course-checks.ts'
import { lessonFences } from './lesson-blocks.ts'
import type { ModuleSetting } from './module-setting.ts'
import { readModule } from './modules.ts'
import { readReadAgain } from './read-again.ts'
import { checkText } from './text-checks.ts'

/** The shared context of all courses in one load. */
export type Shared = {
  readonly log: ProblemLog
  readonly register: FactRegister
  readonly glossary: GlossaryEntries
  /** The support lines as HTML. */
  readonly support: string
}

const eta = createTemplates({
  folder: resolve(import.meta.dirname, '../../../views'),
  cache: true,
  whenMissing: (error) => {
    throw error
  },
})
const exerciseHtml = (exercise: Exercise, place: ExercisePlace) =>
  eta.render('learning/_exercise', { exercise: exerciseView(exercise, place) })

export const markdown = lessonMarkdown()
lessonBlocks(markdown)
lessonFences(markdown)

export const scopeOf = (file: string, { register, glossary, log }: Shared, notes?: PageNotes): Scope => ({
  file,
  register,
  glossary,
  log,
  used: nothingUsed(),
  notes,
})

export function readVersion(folder: CourseFolder, live: Shared): CourseVersion | undefined {
  // No one can edit a frozen text, so report only errors.
  const log = folder.published === undefined ? live.log : { ...live.log, warning: () => {} }
  const shared = folder.published === undefined ? live : { ...live, log, ...frozenRegister(folder, log) }
  const file = folder.files.get('course.yml')
  const document = file && parseYaml(file.text, file.path, 1, log)
  const given = document && checkedShape(document, [], courseShape, log)
  const scopes: Scope[] = []
  const scopeFor = (path: string, notes?: PageNotes) => {
    const scope = scopeOf(path, shared, notes)
    scopes.push(scope)
    return scope
  }
  const questions: ModuleSetting['questionIds'] = new Map()
  const recordings = recordingsOf(folder, log)
  const modules = readModules(folder, given, shared, scopeFor, { questionIds: questions, recordings })
  checkStrayFiles(folder, log)
  if (!file) {
    log.warning(
      `${folder.path}/course.yml`,
      1,
      'This folder has no course.yml, so it is not a course.',
      'Create one (see the authors’ guide), or remove the folder.',
    )
    return undefined
  }
  if (!document || !given) return undefined
  checkHead(folder, document, given, log)
  checkKind(document, given, log)
  checkSlugs(modules, file, log)
  if (modules.length === 0) {
    log.warning(file.path, 1, 'The course has no module with lessons yet, so it is not shown.', '')
    return undefined
  }
  const scope = scopeFor(file.path)
  checkAuthority(given.authority ?? [], document, scope)
  const head = describeVersion(folder, given, document, scope)
  const version = {
    ...head,
    ...readReadAgain(folder, log),
    modules,
    recordings: recordings.served,
    minutes: minutesOf(modules),
  }
  const hash = contentHash(folder, shared.register, shared.glossary, unionOf(scopes))
  const text = { ...version, hash, change: readChangeRecord(folder, hash, log) }
  if (formatOf(given) === 2 && text.state === 'working') checkText(text, { file, document, questions }, log)
  return text
}

type CourseHead = Static<typeof courseShape>

function readModules(
  folder: CourseFolder,
  given: CourseHead | undefined,
  { log, support }: Shared,
  scopeFor: ModuleSetting['scopeFor'],
  {
    questionIds,
    recordings,
  }: Readonly<{ questionIds: ModuleSetting['questionIds']; recordings: Recordings }>,
): readonly Module[] {
  const format = formatOf(given)
  const drawings = drawingsOf(folder, scopeFor, log, format)
  const names = new Set(
    [...folder.files.keys()].filter((path) => /^\d+-[^/]+\//.test(path)).map((path) => path.split('/')[0]!),
  )
  const read = [...names].flatMap((name) => {
    const module = readModule({
      folder,
      name,
      log,
      md: markdown,
      support,
      format,
      kind: given?.kind ?? 'training',
      scopeFor,
      drawing: drawings.find,
      recording: recordings.find,
      questionIds,
      drawExercise: (lesson, exercise) =>
        exerciseHtml(exercise, { course: folder.slug, module: name.replace(/^\d+-/, ''), lesson }),
    })
    return module ? [module] : []
  })
  drawings.checkUnused()
  recordings.checkUnused()
  return read.map((module, at): Module => ({ ...module, number: at + 1 }))
}

function checkAuthority(keys: readonly string[], document: YamlDocument, scope: Scope): void {
  for (const key of keys) {
    if (!scope.register.facts.has(key))
      scope.log.error(
        scope.file,
        document.lineOf(['authority']),
        `There is no fact "${key}" in facts.yml.`,
        'Fix the key or add the fact.',
      )
    else scope.used.facts.add(key)
  }
}

/** What course.yml says of the version. */
function describeVersion(folder: CourseFolder, given: CourseHead, document: YamlDocument, scope: Scope) {
  const plain = (key: keyof CourseHead & string, text: string) =>
    plainText(scope, text, document.lineOf([key]))
  return {
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
    kind: given.kind ?? ('training' as const),
    refresher: refresherOf(given),
    maxMinutes: given.max_minutes,
    engagement: { ...defaultEngagement, ...given.engagement },
  }
}

const minutesOf = (modules: readonly Module[]) =>
  modules.reduce((sum, { minutes, assessmentMinutes }) => sum + minutes + assessmentMinutes, 0)

/** The course that a refresher refreshes, and its year. */
const refresherOf = ({ kind, edition, refreshes }: CourseHead) =>
  kind === 'refresher' && edition !== undefined && refreshes !== undefined
    ? { edition, refreshes }
    : undefined

const unionOf = (scopes: readonly Scope[]): Used => ({
  facts: new Set(scopes.flatMap(({ used }) => [...used.facts])),
  values: new Set(scopes.flatMap(({ used }) => [...used.values])),
  terms: new Set(scopes.flatMap(({ used }) => [...used.terms])),
})

/** A frozen version keeps the values, sources and glossary terms it was frozen with. */
function frozenRegister(folder: CourseFolder, log: ProblemLog) {
  const facts = folder.files.get('facts.yml')
  const glossary = folder.files.get('glossary.yml')
  const register = facts ? readFactRegister(facts, log) : emptyRegister
  return { register, glossary: glossary ? readGlossary(glossary, register, log) : new Map() }
}

export function courseOf(
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
      `Version ${twin.version} is published, but this draft differs from it.`,
      'Give the draft a new version number.',
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

/** Positive if the first version is higher: 1.10.0 is higher than 1.9.0. */
export const compareVersions = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

const newestFirst = (a: CourseVersion, b: CourseVersion) => compareVersions(b.version, a.version)
