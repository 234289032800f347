import type { Catalogue, CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { doneOf } from './done.ts'
import { isComplete, isModuleDone, minutesLeft, nextPlace } from './progress.ts'
import type { CompletionRow, Enrollment } from './queries.ts'

/** A learner's progress in one course. */
export type CourseStep = Readonly<{
  course: CourseVersion
  isUnderWay: boolean
  /** The current module. Null before the course is started. */
  at: Module | null
  isAssessment: boolean
  modulesPassed: number
  minutesLeft: number
  lastCompletion: CompletionRow | null
}>

/** Every course, with the learner's next step in it. */
export function courseSteps(
  catalogue: Catalogue,
  enrollments: readonly Enrollment[],
  completions: readonly CompletionRow[],
): readonly CourseStep[] {
  return [...catalogue.courses.values()].map((known) => {
    const enrollment = enrollments.find((one) => one.course === known.slug && !one.ended_at)
    const course = (enrollment && known.versions.get(enrollment.version)) || known.current
    const done = enrollment && doneOf(enrollment)
    const place = done && !isComplete(course, done) ? nextPlace(course, done) : null
    return {
      course,
      isUnderWay: Boolean(enrollment),
      at: (place && place.kind !== 'end' && course.modules.find(({ slug }) => slug === place.module)) || null,
      isAssessment: place?.kind === 'assessment',
      modulesPassed: done ? course.modules.filter((module) => isModuleDone(module, done)).length : 0,
      minutesLeft: done ? minutesLeft(course, done) : course.minutes,
      lastCompletion: completions.find((one) => one.course === known.slug) ?? null,
    }
  })
}
