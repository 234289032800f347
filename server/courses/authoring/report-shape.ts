import type { Problem } from '#server/courses/authoring/files/problems.ts'
import type { GuesserScore } from '#server/courses/authoring/questions/guesser.ts'
import type { FactStatus } from '#server/courses/catalogue/course-parts.ts'
import type { ExerciseType } from '#server/courses/catalogue/question-types.ts'

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
