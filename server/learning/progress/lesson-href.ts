import { type Catalogue, lessonPath } from '#server/courses/catalogue/catalogue.ts'
import type { LessonHref } from '#server/courses/catalogue/lesson-links.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { doneOf } from './done.ts'
import { isLessonOpen } from './progress.ts'
import type { Enrollment } from './queries.ts'

/** The link to a lesson: the lesson if it is open, else its review page for reviewers or its course page for others. */
export function lessonHrefFor(
  viewer: Viewer | null,
  enrollments: readonly Enrollment[],
  catalogue: Catalogue,
): LessonHref {
  return ({ course, module, lesson, part }) => {
    const own = enrollments.filter((one) => one.course === course.slug)
    const taken = own.find(({ ended_at }) => !ended_at) ?? own[0]
    const text = taken && catalogue.courses.get(course.slug)?.versions.get(taken.version)
    const to = part ? `#${part}` : ''
    if (taken && text && isLessonOpen(text, doneOf(taken), module, lesson))
      return `${lessonPath(course.slug, module, lesson)}${to}`
    if (viewer && hasRole(viewer, 'reviewer'))
      return `/review/courses/${course.slug}/${course.version}/lessons/${module}/${lesson}${to}`
    return `/courses/${course.slug}`
  }
}
