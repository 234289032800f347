import type { Catalogue, Course, CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { doneOf } from '#server/learning/progress/done.ts'
import { placePath } from '#server/learning/progress/paths.ts'
import { nextPlace } from '#server/learning/progress/progress.ts'
import { type Enrollment, findEnrollment } from '#server/learning/progress/queries.ts'
import { takenText, textState } from '#server/learning/versions/moving.ts'
import type { Viewer } from '#server/people/roles.ts'
import { notFound } from '#server/web/errors.ts'

/** A course under way or completed, in the version that its learner takes. */
type Taking = Readonly<{ course: CourseVersion; enrollment: Enrollment }>
type TakingModule = Taking & Readonly<{ module: Module }>
export type TakingLesson = TakingModule & Readonly<{ lesson: Lesson }>

/** Loads courses, modules and lessons through their learner. */
export function takings(db: Database, catalogue: Catalogue, offered: FindOffered) {
  /** A course, with the version for new learners as its current one. */
  const courseOf = async (slug: string): Promise<Course> =>
    (await offered()).catalogue.courses.get(slug) ?? notFound()

  /** An enrollment with its version's text. Null if the person has not started the course. */
  async function takingOf(enrollment: Enrollment | null, slug: string): Promise<Taking | null> {
    const known = catalogue.courses.get(slug) ?? notFound()
    if (!enrollment) return null
    const taken = takenText(known, enrollment)
    if (taken) return { course: taken, enrollment }
    // After completion, a course may show a newer version. While under way it never changes without the learner's choice.
    if (!enrollment.ended_at) return notFound()
    return { course: (await courseOf(slug)).current, enrollment }
  }

  /** Where a person continues. If their version is gone, the course page, where they choose what to do. */
  async function nextPath(personId: string, slug: string): Promise<string> {
    const known = await courseOf(slug)
    const enrollment = await findEnrollment(db, personId, slug)
    const isGone = enrollment && !enrollment.ended_at && textState(known, enrollment) === 'gone'
    const taking = isGone ? null : await takingOf(enrollment, slug)
    if (!taking) return `/courses/${slug}`
    return placePath(taking.course, nextPlace(taking.course, doneOf(taking.enrollment)))
  }

  const moduleOf = async (
    viewer: Viewer,
    at: Readonly<{ course: string; module: string }>,
  ): Promise<TakingModule | null> => moduleIn(await findEnrollment(db, viewer.id, at.course), at)

  async function moduleIn(
    enrollment: Enrollment | null,
    at: Readonly<{ course: string; module: string }>,
  ): Promise<TakingModule | null> {
    const taking = await takingOf(enrollment, at.course)
    if (!taking) return hasPlace(await courseOf(at.course), at) ? null : notFound()
    const module = taking.course.modules.find((one) => one.slug === at.module) ?? notFound()
    return { ...taking, module }
  }

  async function lessonIn(
    enrollment: Enrollment | null,
    at: Readonly<{ course: string; module: string; lesson: string }>,
  ): Promise<TakingLesson | null> {
    const taking = await moduleIn(enrollment, at)
    if (!taking) return null
    const lesson = taking.module.lessons.find((one) => one.slug === at.lesson) ?? notFound()
    return { ...taking, lesson }
  }

  return { courseOf, moduleOf, lessonIn, nextPath }
}

/** A link into a course that the person has not started leads to the course page, where they can start it. */
export const coursePath = ({ course }: Readonly<{ course: string }>) => `/courses/${course}`

export const placeOf = ({
  enrollment,
  module,
  lesson,
}: Readonly<{ enrollment: Enrollment; module: Module; lesson: Lesson }>) => ({
  enrollmentId: enrollment.id,
  module: module.slug,
  lesson: lesson.slug,
})

/** Whether a course has this module and, if given, this lesson. */
const hasPlace = ({ current }: Course, at: Readonly<{ module: string; lesson?: string }>): boolean =>
  current.modules.some(
    ({ slug, lessons }) =>
      slug === at.module && (at.lesson === undefined || lessons.some((one) => one.slug === at.lesson)),
  )
