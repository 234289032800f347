import type { Catalogue, CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { doneOf } from './done.ts'
import { isComplete, isModuleDone, minutesLeft, nextPlace } from './progress.ts'
import type { CompletionRow, Enrollment } from './queries.ts'

/** Where a learner stands in one course of the catalogue. */
export type CourseStep = Readonly<{
  course: CourseVersion
  isUnderWay: boolean
  /** The module at hand; null before the course is begun. */
  at: Module | null
  isAssessment: boolean
  modulesPassed: number
  minutesLeft: number
  lastCompletion: CompletionRow | null
}>

/** Every course of the catalogue with what this learner would do next in it. */
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
