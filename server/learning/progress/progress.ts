/** The parts of a course that progress depends on. */
type Outline = Readonly<{
  modules: readonly Readonly<{
    slug: string
    minutes: number
    assessmentMinutes: number
    /** The number of questions per attempt. With 0, the module is done when its lessons are read. */
    draw: number
    lessons: readonly Readonly<{ slug: string; minutes: number }>[]
  }>[]
}>

/** What a learner has done in one enrollment. */
export type Done = Readonly<{
  /** 'module/lesson' */
  finished: ReadonlySet<string>
  skipped: ReadonlySet<string>
  /** Lessons of a refresher that the diagnostic found unnecessary for this learner. */
  optional: ReadonlySet<string>
  /** Modules whose assessment is passed. */
  passed: ReadonlySet<string>
}>

export type Place =
  | Readonly<{ kind: 'lesson'; module: string; lesson: string }>
  | Readonly<{ kind: 'assessment'; module: string }>
  | Readonly<{ kind: 'end' }>

export const lessonKey = (module: string, lesson: string) => `${module}/${lesson}`

/** Where the learner continues: the first unread lesson, then skipped lessons, then the assessment. */
export function nextPlace(outline: Outline, done: Done): Place {
  for (const module of outline.modules) {
    if (isModuleDone(module, done)) continue
    const open = module.lessons.filter((lesson) => isAhead(done, lessonKey(module.slug, lesson.slug)))
    const unread = open.find((lesson) => !done.skipped.has(lessonKey(module.slug, lesson.slug))) ?? open[0]
    if (unread) return { kind: 'lesson', module: module.slug, lesson: unread.slug }
    return { kind: 'assessment', module: module.slug }
  }
  return { kind: 'end' }
}

/** Modules open in order, and lessons in order within a module. Going back is always allowed. */
export function isLessonOpen(outline: Outline, done: Done, module: string, lesson: string): boolean {
  if (!isModuleOpen(outline, done, module)) return false
  const lessons = outline.modules.find((one) => one.slug === module)?.lessons ?? []
  const at = lessons.findIndex((one) => one.slug === lesson)
  return at >= 0 && lessons.slice(0, at).every((earlier) => isBehind(done, lessonKey(module, earlier.slug)))
}

export function isModuleOpen(outline: Outline, done: Done, module: string): boolean {
  const at = outline.modules.findIndex((one) => one.slug === module)
  return at >= 0 && outline.modules.slice(0, at).every((earlier) => isModuleDone(earlier, done))
}

/** A module is done when its questions are passed or, if it has none, when its lessons are read. */
export const isModuleDone = (module: Outline['modules'][number], done: Done): boolean =>
  module.draw > 0
    ? done.passed.has(module.slug)
    : module.lessons.every(({ slug }) => !isAhead(done, lessonKey(module.slug, slug)))

/** A module's assessment opens when all its lessons are read. */
export function isAssessmentOpen(outline: Outline, done: Done, module: string): boolean {
  const draws = outline.modules.some(({ slug, draw }) => slug === module && draw > 0)
  return draws && isModuleOpen(outline, done, module) && lessonsLeft(outline, done, module).length === 0
}

/** The unread lessons of a module, including skipped ones. */
export function lessonsLeft(outline: Outline, done: Done, module: string): readonly string[] {
  const lessons = outline.modules.find((one) => one.slug === module)?.lessons ?? []
  return lessons.map((one) => one.slug).filter((slug) => isAhead(done, lessonKey(module, slug)))
}

export const isComplete = (outline: Outline, done: Done): boolean =>
  outline.modules.every((module) => isModuleDone(module, done))

/** Minutes left in a module, including its assessment. */
export function minutesLeftInModule(outline: Outline, done: Done, slug: string): number {
  const module = outline.modules.find((one) => one.slug === slug)
  if (!module || isModuleDone(module, done)) return 0
  const lessons = module.lessons.filter((lesson) => isAhead(done, lessonKey(slug, lesson.slug)))
  return lessons.reduce((sum, lesson) => sum + lesson.minutes, module.assessmentMinutes)
}

export const minutesLeft = (outline: Outline, done: Done): number =>
  outline.modules.reduce((sum, module) => sum + minutesLeftInModule(outline, done, module.slug), 0)

const isBehind = (done: Done, key: string) => !isAhead(done, key) || done.skipped.has(key)

/** Unread lessons, including skipped ones. */
const isAhead = (done: Done, key: string) => !done.finished.has(key) && !done.optional.has(key)
