import type { MarkdownIt } from 'markdown-it'
import type { CourseFolder } from '#server/courses/authoring/files/course-files.ts'
import type { Line, ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { PageNotes, Scope } from '#server/courses/authoring/text/scope.ts'
import type { CourseFormat, CourseKind } from '#server/courses/catalogue/course-shapes.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import type { LessonSetting } from './lesson-blocks.ts'

/** What the parts of a module are read with. */
export type ModuleSetting = {
  readonly folder: CourseFolder
  /** The folder's name, with its number. */
  readonly name: string
  readonly log: ProblemLog
  readonly md: MarkdownIt
  readonly support: string
  readonly format: CourseFormat
  readonly kind: CourseKind
  readonly scopeFor: (file: string, notes?: PageNotes) => Scope
  readonly drawing: LessonSetting['drawing']
  readonly recording: LessonSetting['recording']
  readonly drawExercise: (lesson: string, exercise: Exercise) => string
  /** Ids of the course's questions so far, each with its location. */
  readonly questionIds: Map<string, { readonly file: string; readonly line: Line }>
}
