import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { Line, ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import { checkBranches } from '#server/courses/authoring/questions/branch-checks.ts'
import { fewestPicks, givenAwayBy, guesserScore } from '#server/courses/authoring/questions/guesser.ts'
import { assessmentMinutes, toTenth } from '#server/courses/authoring/text/reading.ts'
import type { CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import { refresherParts } from '#server/courses/catalogue/course-shapes.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'

/** The files of a version's parts. */
type TextPlaces = Readonly<{
  file: CourseFile
  document: YamlDocument
  questions: ReadonlyMap<string, Readonly<{ file: string; line: Line }>>
}>

/** In format 2, every module draws 10 questions, and 8 correct answers pass. */
const drawn = { questions: 10, passMark: 80, pool: 24, scenarios: 2 }

/** The maximum length of a lesson in words, including exercises. */
const longestLesson = 1100

/** How far declared minutes may differ from calculated ones. */
const minutesMargin = 0.15

/** Rules for drafts from version 2.0.0. Older versions are not checked. */
export function checkText(text: CourseVersion, places: TextPlaces, log: ProblemLog): void {
  if (text.kind === 'refresher') checkRefresher(text, places, log)
  for (const module of text.modules) {
    const file = moduleFile(module)
    checkModuleMinutes(module, file, log)
    for (const lesson of module.lessons) checkLessonLength(lesson, log)
    if (module.questions.size > 0) checkQuestions(module, places, log)
    if (text.kind === 'refresher') continue
    checkDraw(module, file, log)
    checkForm(module, file, log)
  }
  checkCourseMinutes(text, places, log)
  checkTellTales(text, places, log)
}

const moduleFile = (module: Module) => module.lessons[0]!.measure.file.replace(/[^/]*$/, 'module.yml')

/** Calculated minutes of a module: lessons, exercises and an assessment. */
const moduleMinutes = (module: Module) =>
  toTenth(
    module.lessons.reduce((sum, { measure }) => sum + measure.calculatedMinutes, 0) +
      assessmentMinutes([...module.questions.values()], module.draw),
  )

export const courseMinutes = (text: CourseVersion) =>
  toTenth(text.modules.reduce((sum, module) => sum + moduleMinutes(module), 0))

/** Minutes are whole numbers, so a difference of one is always fine. */
const isOff = (declared: number, calculated: number) =>
  Math.abs(declared - calculated) > Math.max(calculated * minutesMargin, 1)

function checkModuleMinutes(module: Module, file: string, log: ProblemLog): void {
  const declared = module.minutes + module.assessmentMinutes
  const calculated = moduleMinutes(module)
  if (!isOff(declared, calculated)) return
  log.error(
    file,
    1,
    `The module declares ${declared} minutes with its questions, but takes about ${calculated}.`,
    'Change the minutes or the text until they differ by no more than 15%.',
  )
}

function checkCourseMinutes(text: CourseVersion, { file, document }: TextPlaces, log: ProblemLog): void {
  const calculated = courseMinutes(text)
  if (isOff(text.minutes, calculated)) {
    log.error(
      file.path,
      1,
      `The course declares ${text.minutes} minutes, but takes about ${calculated}.`,
      'Change the minutes or the text until they differ by no more than 15%.',
    )
  }
  const most = Math.max(text.minutes, calculated)
  if (text.maxMinutes !== undefined && most > text.maxMinutes) {
    log.error(
      file.path,
      document.lineOf(['max_minutes']),
      `The course takes ${most} minutes, everything included. The limit is ${text.maxMinutes}.`,
      'Shorten it.',
    )
  }
}

function checkLessonLength({ measure: { file, wordsWithExercises: words } }: Lesson, log: ProblemLog): void {
  if (words <= longestLesson) return
  log.error(
    file,
    1,
    `The lesson has ${words} words with its exercises.`,
    `Shorten it to ${longestLesson} words or split it in two.`,
  )
}

function checkDraw(module: Module, file: string, log: ProblemLog): void {
  const say = (message: string, fix: string) => log.error(file, 1, message, fix)
  if (module.draw !== drawn.questions || module.passMark !== drawn.passMark) {
    say(
      `The module draws ${module.draw} questions and passes at ${module.passMark}%.`,
      `Set "draw: ${drawn.questions}" and "pass_mark: ${drawn.passMark}", so that 8 of 10 pass.`,
    )
  }
  if (module.questions.size < drawn.pool) {
    say(`The pool has ${module.questions.size} questions.`, `Write at least ${drawn.pool}.`)
  }
  const scenarios = [...module.questions.values()].filter(({ type }) => type === 'scenario').length
  if (scenarios < drawn.scenarios) {
    say(
      `The pool has ${scenarios} scenarios.`,
      'Write at least two. With four or more, another attempt gets different ones.',
    )
  }
  if (module.objectives.length + 1 > module.draw) {
    say(
      `${module.objectives.length} objectives are too many for ${module.draw} questions.`,
      'Merge some. Each attempt asks about every objective.',
    )
  }
}

/** Each question has an objective, each objective has questions, and scenarios branch. */
function checkQuestions(module: Module, places: TextPlaces, log: ProblemLog): void {
  const questions = [...module.questions.values()]
  for (const question of questions) {
    const { file, line } = places.questions.get(question.id)!
    if (question.objective === undefined || question.objective > module.objectives.length) {
      log.error(
        file,
        line,
        question.objective === undefined
          ? `The question "${question.id}" names no objective.`
          : `The question "${question.id}" names objective ${question.objective}, but the module has ${module.objectives.length}.`,
        'Add "objective: N", the number of its objective in module.yml, counted from 1.',
      )
    }
    if (question.type === 'scenario') checkBranches(question, file, line, log)
  }
  for (const [at, objective] of module.objectives.entries()) {
    if (questions.some((question) => question.objective === at + 1)) continue
    const { file } = places.questions.get(questions[0]!.id)!
    log.error(
      file,
      1,
      `No question measures objective ${at + 1}, "${objective}".`,
      'Write at least two or remove the objective.',
    )
  }
}

/** Each module has an interactive figure and a long case told in several lessons. */
function checkForm(module: Module, file: string, log: ProblemLog): void {
  if (module.lessons.every(({ measure }) => measure.explored === 0))
    log.error(
      file,
      1,
      'The module has no interactive drawing.',
      'Turn one of its drawings into a "::: explore" block.',
    )
  const lessonsWithScenes = module.lessons.filter(({ measure }) => measure.scenes > 0).length
  if (lessonsWithScenes < 2)
    log.error(
      file,
      1,
      `The module’s long case appears in ${lessonsWithScenes === 0 ? 'no lesson' : 'one lesson'}.`,
      'Tell it in "::: day" blocks of at least two lessons.',
    )
}

/** The number of questions that a diagnostic draws. */
const diagnosticDraw = 12

/** A refresher has five parts in order, and a short refresher for each objective of its diagnostic. */
function checkRefresher({ modules }: CourseVersion, { file }: TextPlaces, log: ProblemLog): void {
  const parts = modules.map(({ part }) => part)
  if (parts.join() !== refresherParts.join())
    log.error(
      file.path,
      1,
      `The modules are ${parts.join(', ')}.`,
      `A refresher has five modules in this order: ${refresherParts.join(', ')}.`,
    )
  const diagnostic = modules.find(({ part }) => part === 'diagnostic')
  const refreshers = modules.find(({ part }) => part === 'refreshers')
  if (!diagnostic || !refreshers) return
  const questions = [...diagnostic.questions.values()]
  if (diagnostic.draw !== diagnosticDraw || questions.some(({ type }) => type !== 'scenario'))
    log.error(
      moduleFile(diagnostic),
      1,
      'A diagnostic draws 12 questions, and each is a scenario.',
      `Write "draw: ${diagnosticDraw}", and make its other questions scenarios.`,
    )
  for (const lesson of refreshers.lessons) {
    const unknown = lesson.refreshes.find((objective) => objective > diagnostic.objectives.length)
    if (lesson.refreshes.length > 0 && unknown === undefined) continue
    log.error(
      lesson.measure.file,
      1,
      unknown === undefined
        ? 'This short refresher does not say what it renews.'
        : `It renews ${unknown}, but the diagnostic has ${diagnostic.objectives.length} objectives.`,
      'Add "refreshes: [N]" with the numbers of the diagnostic’s objectives.',
    )
  }
  for (const [at, objective] of diagnostic.objectives.entries()) {
    if (refreshers.lessons.some(({ refreshes }) => refreshes.includes(at + 1))) continue
    log.error(
      moduleFile(refreshers),
      1,
      `No short refresher renews objective ${at + 1}, "${objective}".`,
      `Write one with "refreshes: [${at + 1}]".`,
    )
  }
}

/** Warns if the wording gives correct answers away. */
function checkTellTales(text: CourseVersion, { file }: TextPlaces, log: ProblemLog): void {
  const questions: Question[] = text.modules.flatMap((module) => [...module.questions.values()])
  const score = guesserScore(questions)
  if (score.picks < fewestPicks) return
  for (const [strategy, share] of givenAwayBy(score)) {
    log.error(
      file.path,
      1,
      `The strategy "${strategy}" gets ${percent(share)} correct without any knowledge. Chance would get ${percent(score.chance)}.`,
      'Reword choices until the two differ by no more than 5 points.',
    )
  }
}

const percent = (share: number) => `${Math.round(share * 100)}%`
