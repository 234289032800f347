import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { Line, ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import { fewestPicks, guesserScore, tellTales } from '#server/courses/authoring/questions/guesser.ts'
import { assessmentMinutes, toTenth } from '#server/courses/authoring/text/reading.ts'
import type { CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import { refresherParts } from '#server/courses/catalogue/course-shapes.ts'
import type { Question, ScenarioExercise } from '#server/courses/catalogue/exercises.ts'
import {
  fewestEndings,
  isRecoverable,
  reachableEndings,
  stepsWithoutConsequence,
} from '#server/courses/catalogue/scenarios.ts'

/** Where a text's parts are in its files. */
export type TextPlaces = Readonly<{
  file: CourseFile
  document: YamlDocument
  questions: ReadonlyMap<string, Readonly<{ file: string; line: Line }>>
}>

/** A text of format 2 is drawn and marked alike in every module: 8 of 10 pass. */
const drawn = { questions: 10, passMark: 80, pool: 24, scenarios: 2 }

/** The longest lesson, in words, exercises included. */
const longestLesson = 1100

/** How far declared minutes may be from reckoned ones. */
const minutesMargin = 0.15

/** What a working text from version 2.0.0 on holds to; older texts are not asked. */
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

/** Minutes of a module by its words: lessons, exercises and an assessment. */
export const moduleMinutes = (module: Module) =>
  toTenth(
    module.lessons.reduce((sum, { measure }) => sum + measure.minutesReckoned, 0) +
      assessmentMinutes([...module.questions.values()], module.draw),
  )

export const courseMinutes = (text: CourseVersion) =>
  toTenth(text.modules.reduce((sum, module) => sum + moduleMinutes(module), 0))

/** Minutes are whole, so a minute is never too far. */
const isOff = (declared: number, reckoned: number) =>
  Math.abs(declared - reckoned) > Math.max(reckoned * minutesMargin, 1)

function checkModuleMinutes(module: Module, file: string, log: ProblemLog): void {
  const declared = module.minutes + module.assessmentMinutes
  const reckoned = moduleMinutes(module)
  if (!isOff(declared, reckoned)) return
  log.error(
    file,
    1,
    `The module says ${declared} minutes with its questions; it reads in about ${reckoned}.`,
    'Change the minutes or the text until they differ by 15% at most.',
  )
}

function checkCourseMinutes(text: CourseVersion, { file, document }: TextPlaces, log: ProblemLog): void {
  const reckoned = courseMinutes(text)
  if (isOff(text.minutes, reckoned)) {
    log.error(
      file.path,
      1,
      `The course says ${text.minutes} minutes; it reads in about ${reckoned}.`,
      'Change the minutes or the text until they differ by 15% at most.',
    )
  }
  const most = Math.max(text.minutes, reckoned)
  if (text.maxMinutes !== undefined && most > text.maxMinutes) {
    log.error(
      file.path,
      document.lineOf(['max_minutes']),
      `The course takes ${most} minutes, everything included; it may take ${text.maxMinutes}.`,
      'Cut it.',
    )
  }
}

function checkLessonLength({ measure: { file, wordsWithExercises: words } }: Lesson, log: ProblemLog): void {
  if (words <= longestLesson) return
  log.error(
    file,
    1,
    `The lesson has ${words} words with its exercises.`,
    `Cut it to ${longestLesson}, or make two of it.`,
  )
}

function checkDraw(module: Module, file: string, log: ProblemLog): void {
  const say = (message: string, fix: string) => log.error(file, 1, message, fix)
  if (module.draw !== drawn.questions || module.passMark !== drawn.passMark) {
    say(
      `The module draws ${module.draw} questions and passes at ${module.passMark}%.`,
      `Write "draw: ${drawn.questions}" and "pass_mark: ${drawn.passMark}": 8 of 10 pass.`,
    )
  }
  if (module.questions.size < drawn.pool) {
    say(`The pool has ${module.questions.size} questions.`, `Write at least ${drawn.pool}.`)
  }
  const scenarios = [...module.questions.values()].filter(({ type }) => type === 'scenario').length
  if (scenarios < drawn.scenarios) {
    say(
      `The pool has ${scenarios} scenarios.`,
      'Write at least two; four or more, so that another attempt meets others.',
    )
  }
  if (module.objectives.length + 1 > module.draw) {
    say(
      `${module.objectives.length} objectives are too many for ${module.draw} questions.`,
      'Merge some: each is asked about in every attempt.',
    )
  }
}

/** Each question names its objective, each objective has its questions, and scenarios branch. */
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
      'Write at least two, or take the objective out.',
    )
  }
}

function checkBranches(scenario: ScenarioExercise, file: string, line: Line, log: ProblemLog): void {
  const say = (message: string, fix: string) =>
    log.error(file, line, `The scenario "${scenario.id}" ${message}`, fix)
  const ends = reachableEndings(scenario)
  if (ends.has('end'))
    say(
      'has a choice that leads to "end".',
      'Let each way lead to an ending of its own, with what becomes of it.',
    )
  const endings = [...scenario.endings].filter(([id]) => ends.has(id))
  if (new Set(endings.map(([, { text }]) => text)).size < fewestEndings)
    say(
      `has ${endings.length === 1 ? 'one ending' : 'no two endings'} that can be reached.`,
      'Write at least two.',
    )
  for (const [id, { outcome }] of endings) {
    if (outcome === undefined)
      say(
        `does not say how its ending "${id}" turns out.`,
        'Add "outcome:" with good, recovered, harm-reduced or missed.',
      )
  }
  for (const id of stepsWithoutConsequence(scenario))
    say(
      `leads to the same place whatever is chosen at "${id}".`,
      'Let at least one choice lead somewhere else.',
    )
  if (!isRecoverable(scenario))
    say(
      'has no way back after a mistake.',
      'Let a choice that is not the best lead to an ending with outcome good or recovered.',
    )
}

/** Each module has an interactive figure and a long case that returns. */
function checkForm(module: Module, file: string, log: ProblemLog): void {
  if (module.lessons.every(({ measure }) => measure.explored === 0))
    log.error(
      file,
      1,
      'The module has no interactive drawing.',
      'Make one of its drawings a "::: explore" block.',
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

/** How many questions a diagnostic draws. */
const diagnosticDraw = 12

/** A refresher has its five parts in order, and a short refresher for each thing that it asks about. */
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

/** Nothing but what the words say may give the right answer away. */
function checkTellTales(text: CourseVersion, { file }: TextPlaces, log: ProblemLog): void {
  const questions: Question[] = text.modules.flatMap((module) => [...module.questions.values()])
  const score = guesserScore(questions)
  if (score.picks < fewestPicks) return
  for (const [strategy, share] of tellTales(score)) {
    log.error(
      file.path,
      1,
      `Someone who knows nothing gets ${percent(share)} right by "${strategy}"; by chance it would be ${percent(score.chance)}.`,
      'Reword choices until the two differ by 5 points at most.',
    )
  }
}

const percent = (share: number) => `${Math.round(share * 100)}%`
