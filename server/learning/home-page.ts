import type { Catalogue } from '#server/courses/catalogue.ts'
import type { Approval } from '#server/courses/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { doneOf } from './done.ts'
import { isComplete, minutesLeft, nextPlace } from './progress.ts'
import type { CompletionRow, Enrollment } from './queries.ts'

/** My training: what is under way with its one next step, what there is to begin, and what is done. */
export function homePage(
  catalogue: Catalogue,
  viewer: Viewer,
  enrollments: readonly Enrollment[],
  completions: readonly CompletionRow[],
  approvals: readonly (Approval & { content_hash: string })[],
) {
  const courses = [...catalogue.courses.values()].map((known) => {
    const enrollment = enrollments.find((one) => one.course === known.slug && !one.ended_at) ?? null
    const course = (enrollment && known.versions.get(enrollment.version)) || known.current
    const done = enrollment && doneOf(enrollment)
    const place = done && !isComplete(course, done) ? nextPlace(course, done) : null
    const at = place && place.kind !== 'end' ? course.modules.find((module) => module.slug === place.module) : null
    return {
      course,
      approval: approvals.find((one) => one.content_hash === course.hash) ?? null,
      isUnderWay: Boolean(enrollment),
      at: at ?? null,
      isAssessment: place?.kind === 'assessment',
      passed: done?.passed.size ?? 0,
      minutesLeft: done ? minutesLeft(course, done) : course.minutes,
      lastCompletion: completions.find((one) => one.course === known.slug) ?? null,
    }
  })
  return {
    title: 'My training',
    viewer,
    courses,
    underWay: courses.filter((one) => one.isUnderWay),
    completions: completions.map((one) => ({
      ...one,
      title: catalogue.courses.get(one.course)?.current.shortTitle ?? one.course,
    })),
  }
}
