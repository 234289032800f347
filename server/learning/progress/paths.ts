import {
  type CourseVersion,
  type Lesson,
  lessonPath,
  type Module,
} from '#server/courses/catalogue/catalogue.ts'
import type { Place } from './progress.ts'

/** The address of a place in a course. */
export function placePath(course: CourseVersion, place: Place): string {
  switch (place.kind) {
    case 'lesson':
      return lessonPath(course.slug, place.module, place.lesson)
    case 'assessment':
      return assessmentPath(course, place.module)
    case 'end':
      return `/courses/${course.slug}`
  }
}

export const assessmentPath = (course: CourseVersion, module: string) =>
  `/courses/${course.slug}/${module}/assessment`

/** Where Continue leads: the next lesson of the module, or its assessment after the last. */
export function pathAfter(course: CourseVersion, module: Module, lesson: Lesson): string {
  const next = module.lessons[module.lessons.indexOf(lesson) + 1]
  if (next) return lessonPath(course.slug, module.slug, next.slug)
  return module.draw > 0 ? assessmentPath(course, module.slug) : `/courses/${course.slug}/continue`
}

/** Where Back leads: the previous lesson, the previous module's last lesson, or the course page. */
export function pathBefore(course: CourseVersion, module: Module, lesson: Lesson): string {
  const before = module.lessons[module.lessons.indexOf(lesson) - 1]
  if (before) return lessonPath(course.slug, module.slug, before.slug)
  const moduleBefore = course.modules[course.modules.indexOf(module) - 1]
  const last = moduleBefore?.lessons.at(-1)
  return moduleBefore && last
    ? lessonPath(course.slug, moduleBefore.slug, last.slug)
    : `/courses/${course.slug}`
}
