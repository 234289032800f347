import { jobAidsWith } from '#server/courses/authoring/job-aids.ts'
import {
  type CourseVersion,
  type Lesson,
  lessonPath,
  type Module,
} from '#server/courses/catalogue/catalogue.ts'
import type { JobAid } from '#server/courses/catalogue/course-parts.ts'
import type { OwnMarks } from '#server/learning/own/own-marks.queries.ts'
import { pathAfter, pathBefore } from '#server/learning/progress/paths.ts'
import { type Done, lessonKey } from '#server/learning/progress/progress.ts'
import { asksForCommitment } from '#server/learning/progress/refresher.ts'
import { moduleOutline } from './course-page.ts'
import { lessonText, textOf } from './lesson-html.ts'

/** A lesson page. A content note of level "stop" is shown first, until the learner chooses to continue. */
export function lessonPage(
  course: CourseVersion,
  module: Module,
  lesson: Lesson,
  done: Done,
  shown: Readonly<{
    isReady: boolean
    opened: string
    /** The lesson with an exercise answered, instead of its own text. */
    html?: string
    jobAids: readonly JobAid[]
    own: OwnMarks
    /** What this device keeps the reading place under. */
    keep: string
  }>,
) {
  const path = lessonPath(course.slug, module.slug, lesson.slug)
  const isFinished = done.finished.has(lessonKey(module.slug, lesson.slug))
  // Someone who comes back wants the text, not its introduction.
  const isReturn = isFinished || shown.own.paragraph !== null
  return {
    title: lesson.title,
    course,
    module,
    lesson,
    path,
    /** Shows when this page was sent; its forms send it back. */
    opened: shown.opened,
    ...(shown.html === undefined
      ? lessonText(lesson, path, shown.own.words)
      : textOf(shown.html, path, shown.own.words)),
    showsNote:
      lesson.contentNoteLevel === 'stop' && Boolean(lesson.contentNote) && !shown.isReady && !isFinished,
    isFinished,
    asksForCommitment: asksForCommitment(module, lesson),
    jobAids: jobAidsWith(shown.jobAids, `${course.slug}/${module.slug}/${lesson.slug}`),
    back: pathBefore(course, module, lesson),
    next: pathAfter(course, module, lesson),
    part: moduleOutline(course, module, done),
    bar: '/learning/_lesson-bar',
    waitsForHtmx: true,
    headings: lesson.headings.filter(({ level }) => level === 2),
    own: shown.own,
    keep: shown.keep,
    /** Some exercises are answered by moving lines. */
    arranges: [...lesson.exercises.values()].some(({ type }) => /^(sort|match|order)$/.test(type)),
    isReturn,
    opensModule: lesson.number === 1 && !isReturn,
  }
}
