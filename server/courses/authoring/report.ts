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
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FactStatus } from '#server/courses/catalogue/course-parts.ts'
import type { ExerciseType, Question } from '#server/courses/catalogue/question-types.ts'
import { reachableEndings } from '#server/courses/catalogue/scenarios.ts'
import { blockTexts } from '#server/courses/catalogue/sheet.ts'
import { coverageOf, draftOf, uncoveredProblems } from './coverage.ts'
import { courseMinutes } from './text-checks.ts'

/** The JSON of `courses:check`; see courses/README.md. Fields are added, never renamed. `reportText` formats it for people. */
export type CoursesReport = {
  readonly ok: boolean
  readonly problems: readonly Problem[]
  readonly courses: readonly CourseReport[]
  readonly job_aids: readonly JobAidReport[]
  /** The coverage of each topic in coverage.yml. */
  readonly coverage: readonly Readonly<{
    group: string
    topic: string
    lessons: number
    questions: number
    job_aids: number
  }>[]
  readonly facts: {
    readonly total: number
    readonly by_status: Readonly<Record<FactStatus, number>>
    readonly older_than_a_year: readonly string[]
  }
}

export type CourseReport = {
  readonly slug: string
  readonly version: string
  readonly state: 'working' | 'published'
  readonly hash: string
  readonly lessons: readonly LessonReport[]
  readonly pools: readonly PoolReport[]
  /** Lessons, exercises and assessments. */
  readonly minutes_declared: number
  readonly minutes_reckoned: number
  readonly guesser: GuesserScore
}

export type LessonReport = {
  readonly module: string
  readonly lesson: string
  readonly title: string
  readonly words: number
  readonly words_with_exercises: number
  readonly minutes_declared: number
  readonly minutes_reckoned: number
  readonly reading_grade: number
  readonly facts: Readonly<Record<FactStatus, number>>
  readonly fact_keys: Readonly<Record<FactStatus, readonly string[]>>
  readonly figures: number
  readonly scenarios: number
  readonly exercises: number
}

export type JobAidReport = {
  readonly job_aid: string
  readonly title: string
  readonly words: number
  readonly reading_grade: number
  readonly facts: Readonly<Record<FactStatus, number>>
  readonly fact_keys: Readonly<Record<FactStatus, readonly string[]>>
  /** The oldest check date of its facts and values. */
  readonly checked: string
}

export type PoolReport = {
  readonly module: string
  readonly questions: number
  readonly draw: number
  readonly types: Readonly<Partial<Record<ExerciseType, number>>>
  readonly scenarios: number
  /** The share of single-choice questions in which the correct answer is the longest. */
  readonly correct_longest_share: number
  readonly practice: number
  readonly assessment_minutes_declared: number
  readonly assessment_minutes_reckoned: number
  /** How many questions measure each objective, in order. */
  readonly objectives: readonly number[]
  /** The number of reachable endings in its scenarios. */
  readonly endings: number
  readonly guesser: GuesserScore
}

/** Lessons should stay below this reading grade. */
const highestGrade = 9.5

export function coursesReport(
  catalogue: Catalogue,
  problems: readonly Problem[],
  today: string,
): CoursesReport {
  const { register } = catalogue
  const old = factsOlderThanAYear(register, today)
  const statusesOf = (keys: Iterable<string>) => {
    const statuses = { V: 0, V2: 0, U: 0 }
    for (const key of keys) statuses[register.facts.get(key)?.status ?? 'U']++
    return statuses
  }
  const keysByStatus = (keys: readonly string[]) => {
    const of = (status: FactStatus) =>
      keys.filter((key) => (register.facts.get(key)?.status ?? 'U') === status)
    return { V: of('V'), V2: of('V2'), U: of('U') }
  }
  const found: Problem[] = old.map((key) => ({
    file: 'courses/facts.yml',
    line: 1,
    level: 'warning',
    message: `${key} was last checked more than a year ago.`,
    fix: 'Check its source and update "checked".',
  }))
  const limit = `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`
  for (const { title, checked } of catalogue.elsewhere)
    if (checked < limit)
      found.push({
        file: 'courses/catalogue.yml',
        line: 1,
        level: 'warning',
        message: `"${title}" was last checked more than a year ago.`,
        fix: 'Check its provider’s page and update "checked".',
      })
  const covered = coverageOf(
    catalogue.coverage,
    [...catalogue.courses.values()].map(draftOf),
    catalogue.jobAids,
  )
  found.push(...uncoveredProblems(covered))
  const courses = [...catalogue.courses.values()]
    .flatMap(({ versions }) => [...versions.values()])
    .map((version): CourseReport => {
      const lessons = version.modules.flatMap((module) =>
        module.lessons.map((lesson) => {
          const grade = readingGrade(lesson.measure.sentences)
          if (grade > highestGrade) found.push(hardToRead(lesson.measure.file, grade))
          return {
            module: module.slug,
            lesson: lesson.slug,
            title: lesson.title,
            words: lesson.measure.words,
            words_with_exercises: lesson.measure.wordsWithExercises,
            minutes_declared: lesson.minutes,
            minutes_reckoned: lesson.measure.calculatedMinutes,
            reading_grade: grade,
            facts: statusesOf(lesson.factKeys),
            fact_keys: keysByStatus(lesson.factKeys),
            figures: lesson.measure.figures,
            scenarios: [...lesson.exercises.values()].filter(({ type }) => type === 'scenario').length,
            exercises: lesson.exercises.size,
          }
        }),
      )
      const pools = version.modules
        .filter(({ draw }) => draw > 0)
        .map((module): PoolReport => {
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
            correct_longest_share: of === 0 ? 0 : Math.round((longest / of) * 100) / 100,
            practice: questions.filter(({ practice }) => practice).length,
            assessment_minutes_declared: module.assessmentMinutes,
            assessment_minutes_reckoned: assessmentMinutes(questions, module.draw),
            objectives: module.objectives.map(
              (_, at) => questions.filter(({ objective }) => objective === at + 1).length,
            ),
            endings: questions.reduce((sum, question) => sum + endingsOf(question), 0),
            guesser: rounded(guesserScore(questions)),
          }
        })
      const { slug, state, hash, minutes } = version
      const questions = version.modules.flatMap((module) => [...module.questions.values()])
      return {
        slug,
        version: version.version,
        state,
        hash,
        lessons,
        pools,
        minutes_declared: minutes,
        minutes_reckoned: courseMinutes(version),
        guesser: rounded(guesserScore(questions)),
      }
    })
  const jobAids = catalogue.jobAids.map((aid): JobAidReport => {
    const texts = aid.sheet.blocks.flatMap(blockTexts)
    const grade = readingGrade(texts.flatMap(sentencesOf))
    if (grade > highestGrade) found.push(hardToRead(aid.file, grade))
    return {
      job_aid: aid.slug,
      title: aid.sheet.title,
      words: texts.reduce((sum, text) => sum + wordsOf(text).length, 0),
      reading_grade: grade,
      facts: statusesOf(aid.factKeys),
      fact_keys: keysByStatus(aid.factKeys),
      checked: aid.checked,
    }
  })
  return {
    ok: !hasErrors(problems),
    problems: sortedProblems([...problems, ...found]),
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
      by_status: statusesOf(register.facts.keys()),
      older_than_a_year: old,
    },
  }
}

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

const hardToRead = (file: string, grade: number): Problem => ({
  file,
  line: 1,
  level: 'warning',
  message: `The text reads at grade ${grade}.`,
  fix: 'Aim for 8 to 9 with shorter sentences and plainer words.',
})
