import { factsOlderThanAYear } from '#server/courses/authoring/files/facts.ts'
import { hasErrors, type Problem, sortedProblems } from '#server/courses/authoring/files/problems.ts'
import { type GuesserScore, guesserScore } from '#server/courses/authoring/questions/guesser.ts'
import { longestAnswers } from '#server/courses/authoring/questions/pools.ts'
import {
  assessmentMinutes,
  readingGrade,
  sentencesOf,
  wordsOf,
} from '#server/courses/authoring/text/reading.ts'
import type { Catalogue, CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import type { FactRegister, FactStatus, JobAid } from '#server/courses/catalogue/course-parts.ts'
import type { ExerciseType, Question } from '#server/courses/catalogue/question-types.ts'
import { reachableEndings } from '#server/courses/catalogue/scenarios.ts'
import { blockTexts } from '#server/courses/catalogue/sheet.ts'
import { coverageOf, draftOf, uncoveredProblems } from './coverage.ts'
import type { CourseReport, CoursesReport, JobAidReport, LessonReport, PoolReport } from './report-shape.ts'
import { courseMinutes } from './text-checks.ts'

/** Lessons should stay below this reading grade. */
const highestGrade = 9.5

export function coursesReport(
  catalogue: Catalogue,
  problems: readonly Problem[],
  today: string,
): CoursesReport {
  const { register } = catalogue
  const courses = [...catalogue.courses.values()]
    .flatMap(({ versions }) => [...versions.values()])
    .map((version) => courseReport(version, register))
  const jobAids = catalogue.jobAids.map((aid) => jobAidReport(aid, register))
  const covered = coverageOf(
    catalogue.coverage,
    [...catalogue.courses.values()].map(draftOf),
    catalogue.jobAids,
  )
  const old = factsOlderThanAYear(register, today)
  return {
    ok: !hasErrors(problems),
    problems: sortedProblems([
      ...problems,
      ...oldProblems(catalogue, old, today),
      ...uncoveredProblems(covered),
      ...hardLessons(catalogue),
      ...catalogue.jobAids.flatMap((aid) => hardToRead(aid.file, gradeOf(aid))),
    ]),
    courses,
    job_aids: jobAids,
    coverage: covered.flatMap((group) =>
      group.topics.map(({ title, lessons, questions, jobAids }) => ({
        group: group.title,
        topic: title,
        lessons: lessons.length,
        questions,
        job_aids: jobAids.length,
      })),
    ),
    facts: {
      total: register.facts.size,
      by_status: statusesOf(register.facts.keys(), register),
      older_than_a_year: old,
    },
  }
}

function courseReport(version: CourseVersion, register: FactRegister): CourseReport {
  const { slug, state, hash, minutes, modules } = version
  return {
    slug,
    version: version.version,
    state,
    hash,
    lessons: modules.flatMap((module) =>
      module.lessons.map((lesson) => lessonReport(module, lesson, register)),
    ),
    pools: modules.filter(({ draw }) => draw > 0).map(poolReport),
    minutes_declared: minutes,
    minutes_reckoned: courseMinutes(version),
    guesser: rounded(guesserScore(modules.flatMap(({ questions }) => [...questions.values()]))),
  }
}

const lessonReport = (module: Module, lesson: Lesson, register: FactRegister): LessonReport => ({
  module: module.slug,
  lesson: lesson.slug,
  title: lesson.title,
  words: lesson.measure.words,
  words_with_exercises: lesson.measure.wordsWithExercises,
  minutes_declared: lesson.minutes,
  minutes_reckoned: lesson.measure.calculatedMinutes,
  reading_grade: readingGrade(lesson.measure.sentences),
  facts: statusesOf(lesson.factKeys, register),
  fact_keys: keysByStatus(lesson.factKeys, register),
  figures: lesson.measure.figures,
  scenarios: [...lesson.exercises.values()].filter(({ type }) => type === 'scenario').length,
  exercises: lesson.exercises.size,
})

function poolReport(module: Module): PoolReport {
  const questions = [...module.questions.values()]
  const types: Partial<Record<ExerciseType, number>> = {}
  for (const { type } of questions) types[type] = (types[type] ?? 0) + 1
  const { of, longest } = longestAnswers(questions)
  return {
    module: module.slug,
    questions: questions.length,
    draw: module.draw,
    types,
    scenarios: types.scenario ?? 0,
    correct_longest_share: of === 0 ? 0 : toHundredth(longest / of),
    practice: questions.filter(({ practice }) => practice).length,
    assessment_minutes_declared: module.assessmentMinutes,
    assessment_minutes_reckoned: assessmentMinutes(questions, module.draw),
    objectives: module.objectives.map(
      (_, at) => questions.filter(({ objective }) => objective === at + 1).length,
    ),
    endings: questions.reduce((sum, question) => sum + endingsOf(question), 0),
    guesser: rounded(guesserScore(questions)),
  }
}

const jobAidReport = (aid: JobAid, register: FactRegister): JobAidReport => ({
  job_aid: aid.slug,
  title: aid.sheet.title,
  words: aid.sheet.blocks.flatMap(blockTexts).reduce((sum, text) => sum + wordsOf(text).length, 0),
  reading_grade: gradeOf(aid),
  facts: statusesOf(aid.factKeys, register),
  fact_keys: keysByStatus(aid.factKeys, register),
  checked: aid.checked,
})

const gradeOf = ({ sheet }: JobAid) => readingGrade(sheet.blocks.flatMap(blockTexts).flatMap(sentencesOf))

function statusesOf(keys: Iterable<string>, register: FactRegister) {
  const statuses = { V: 0, V2: 0, U: 0 }
  for (const key of keys) statuses[register.facts.get(key)?.status ?? 'U']++
  return statuses
}

function keysByStatus(keys: readonly string[], register: FactRegister) {
  const of = (status: FactStatus) => keys.filter((key) => (register.facts.get(key)?.status ?? 'U') === status)
  return { V: of('V'), V2: of('V2'), U: of('U') }
}

/** Facts and outside courses that no one has checked for a year. */
function oldProblems(catalogue: Catalogue, old: readonly string[], today: string): readonly Problem[] {
  const limit = `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`
  return [
    ...old.map(
      (key): Problem => ({
        file: 'courses/facts.yml',
        line: 1,
        level: 'warning',
        message: `${key} was last checked more than a year ago.`,
        fix: 'Check its source and update "checked".',
      }),
    ),
    ...catalogue.elsewhere
      .filter(({ checked }) => checked < limit)
      .map(
        ({ title }): Problem => ({
          file: 'courses/catalogue.yml',
          line: 1,
          level: 'warning',
          message: `"${title}" was last checked more than a year ago.`,
          fix: 'Check its provider’s page and update "checked".',
        }),
      ),
  ]
}

const hardLessons = (catalogue: Catalogue) =>
  [...catalogue.courses.values()]
    .flatMap(({ versions }) => [...versions.values()])
    .flatMap(({ modules }) => modules)
    .flatMap(({ lessons }) => lessons)
    .flatMap(({ measure }) => hardToRead(measure.file, readingGrade(measure.sentences)))

const endingsOf = (question: Question) =>
  question.type === 'scenario'
    ? [...reachableEndings(question)].filter((id) => question.endings.has(id)).length
    : 0

const rounded = ({ picks, chance, strategies }: GuesserScore): GuesserScore => ({
  picks,
  chance: toHundredth(chance),
  strategies: Object.fromEntries(
    Object.entries(strategies).map(([name, share]) => [name, toHundredth(share)]),
  ),
})

const toHundredth = (share: number) => Math.round(share * 100) / 100

const hardToRead = (file: string, grade: number): readonly Problem[] =>
  grade <= highestGrade
    ? []
    : [
        {
          file,
          line: 1,
          level: 'warning',
          message: `The text reads at grade ${grade}.`,
          fix: 'Aim for 8 to 9 with shorter sentences and plainer words.',
        },
      ]
