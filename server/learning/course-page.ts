import type { CertificateRow } from '#server/certificates/certificates/queries.ts'
import { type CourseVersion, lessonPath, type Module } from '#server/courses/catalogue/catalogue.ts'
import type { Offered } from '#server/courses/catalogue/offered.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { assessmentPath } from '#server/learning/progress/paths.ts'
import {
  type Done,
  isAssessmentOpen,
  isLessonOpen,
  isModuleDone,
  isModuleOpen,
  lessonKey,
  minutesLeft,
  minutesLeftInModule,
  nextPlace,
} from '#server/learning/progress/progress.ts'
import type { Enrollment } from '#server/learning/progress/queries.ts'

/** A course page: what the course is, whether it is approved, and the learner's progress. */
export function coursePage(
  course: CourseVersion,
  enrollment: Enrollment | null,
  offered: Pick<Offered, 'approvalOf' | 'cannotCount'>,
  certificate: CertificateRow | null,
  completed: CourseVersion | null,
) {
  const isOpen = Boolean(enrollment && !enrollment.ended_at)
  const done = enrollment && isOpen ? doneOf(enrollment) : null
  const place = done && nextPlace(course, done)
  const at =
    place && place.kind !== 'end' ? course.modules.find((module) => module.slug === place.module) : null
  return {
    title: course.shortTitle,
    course,
    approval: offered.approvalOf(course),
    cannotCount: offered.cannotCount(course),
    /** For the completed version, which may differ from the current one. */
    completedCannotCount: completed && offered.cannotCount(completed, enrollment?.was_approved),
    certificate,
    state: isOpen
      ? ('under way' as const)
      : enrollment?.completion_id
        ? ('completed' as const)
        : ('not begun' as const),
    completedOn: enrollment?.completed_on ?? null,
    minutesLeft: done ? minutesLeft(course, done) : course.minutes,
    next: at && place ? { module: at, isAssessment: place.kind === 'assessment' } : null,
    // A completed course can be read again, unless its text has been replaced.
    outline: outlineOf(course, enrollment?.version === course.version ? doneOf(enrollment) : null),
  }
}

/** Every module and lesson with its state. Only open lessons are links. */
const outlineOf = (course: CourseVersion, done: Done | null) =>
  course.modules.map((module) => moduleOutline(course, module, done))

export function moduleOutline(course: CourseVersion, module: Module, done: Done | null) {
  return {
    module,
    isOpen: Boolean(done && isModuleOpen(course, done, module.slug)),
    isPassed: Boolean(done && isModuleDone(module, done)),
    minutesLeft: done
      ? minutesLeftInModule(course, done, module.slug)
      : module.minutes + module.assessmentMinutes,
    lessons: module.lessons.map((lesson) => ({
      title: lesson.title,
      slug: lesson.slug,
      minutes: lesson.minutes,
      href:
        done && isLessonOpen(course, done, module.slug, lesson.slug)
          ? lessonPath(course.slug, module.slug, lesson.slug)
          : null,
      isFinished: Boolean(done?.finished.has(lessonKey(module.slug, lesson.slug))),
      isOptional: Boolean(done?.optional.has(lessonKey(module.slug, lesson.slug))),
      isSkipped: Boolean(
        done?.skipped.has(lessonKey(module.slug, lesson.slug)) &&
          !done.finished.has(lessonKey(module.slug, lesson.slug)),
      ),
    })),
    assessment:
      done && isAssessmentOpen(course, done, module.slug) ? assessmentPath(course, module.slug) : null,
  }
}
