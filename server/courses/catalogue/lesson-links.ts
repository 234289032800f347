import type { Viewer } from '#server/people/roles.ts'
import type { CourseVersion } from './catalogue.ts'

/** A place in a course; `part` is the id of a heading. */
type LessonPlace = Readonly<{
  course: CourseVersion
  module: string
  lesson: string
  part?: string | undefined
}>

/** The address of a lesson link for one person: always a page that they can open. */
export type LessonHref = (place: LessonPlace) => string

export type FindLessonHref = (viewer: Viewer | null) => Promise<LessonHref>
