import type {
  ChangeRecord,
  CoverageGroup,
  ElsewhereTraining,
  FacilitatorsGuide,
  FactRegister,
  JobAid,
  LessonSource,
  OwedReview,
  ReadAgain,
  SupportLine,
  Together,
} from './course-parts.ts'
import type { ContentNoteLevel, CourseKind, RefresherPart } from './course-shapes.ts'
import type { Exercise, Question } from './exercises.ts'

/** Everything that is taught, read, checked and rendered once at the start. */
export type Catalogue = {
  /** By slug, in the order of their folders. */
  readonly courses: ReadonlyMap<string, Course>
  /** Pages to keep at hand, in the order of their files. */
  readonly jobAids: readonly JobAid[]
  /** What holds for every module that is taken as a group; undefined where nobody has written it. */
  readonly facilitatorsGuide: FacilitatorsGuide | undefined
  /** Trainings of others that belong beside our own. */
  readonly elsewhere: readonly ElsewhereTraining[]
  /** What the law asks for, and by which facts what teaches it is found. */
  readonly coverage: readonly CoverageGroup[]
  /** Reviews by people outside that are still owed. */
  readonly owedReviews: readonly OwedReview[]
  readonly glossary: readonly GlossaryTerm[]
  readonly support: readonly SupportLine[]
  readonly register: FactRegister
}

export type Course = {
  readonly slug: string
  /** What someone who begins today takes: the newest published version, or the working text while there is none. */
  readonly current: CourseVersion
  /** The text at the course's root, which its authors edit. */
  readonly working: CourseVersion | undefined
  /** Frozen versions, newest first. */
  readonly published: readonly CourseVersion[]
  /** Every version by its number; where the working text has the number of a frozen one, the frozen one. */
  readonly versions: ReadonlyMap<string, CourseVersion>
}

export type CourseVersion = {
  readonly slug: string
  readonly version: string
  readonly state: 'working' | 'published'
  /** SHA-256 of the version's files and of what they take from the register: see `content-hash.ts`. */
  readonly hash: string
  readonly title: string
  readonly shortTitle: string
  readonly audience: string
  readonly statute: string
  /** Fact keys behind the audience and the statute. */
  readonly authority: readonly string[]
  readonly summary: string
  /** A plain sentence where the course does not by itself meet a requirement; empty where it does. */
  readonly supplementary: string
  readonly writtenBy: readonly string[]
  readonly kind: CourseKind
  /** The year a refresher is written for, and the slug of the course it renews. */
  readonly refresher: Readonly<{ edition: number; refreshes: string }> | undefined
  /** Which lessons the next publication asks people to read again, and why. */
  readonly readAgain: ReadAgain
  /** The most that it may take, everything included. */
  readonly maxMinutes: number | undefined
  /** How it differs from the version published before it; undefined for the working text. */
  readonly change: ChangeRecord | undefined
  readonly modules: readonly Module[]
  /** Lessons and assessments of all modules. */
  readonly minutes: number
}

export type Module = {
  /** From 1, in the order of the folders. */
  readonly number: number
  readonly slug: string
  readonly title: string
  readonly objectives: readonly string[]
  /** What it is for in a refresher; undefined in a training. */
  readonly part: RefresherPart | undefined
  /** Lessons, all together. */
  readonly minutes: number
  readonly assessmentMinutes: number
  /** Percent. */
  readonly passMark: number
  /** How many of the questions an attempt draws; 0 where the module has no questions and is done when it is read. */
  readonly draw: number
  readonly lessons: readonly Lesson[]
  /** The pool, by id. */
  readonly questions: ReadonlyMap<string, Question>
  /** SHA-256 of the pool and of how it is drawn and marked. */
  readonly poolHash: string
}

export type Lesson = {
  readonly number: number
  readonly slug: string
  /** SHA-256 of the lesson's file and drawings, and of what they take from the register. */
  readonly hash: string
  readonly title: string
  readonly minutes: number
  readonly purpose: string
  /** A neutral sentence on hard material that is coming. */
  readonly contentNote: string | undefined
  /** Whether the note stands beside the text or stops the learner before it. */
  readonly contentNoteLevel: ContentNoteLevel
  /** The diagnostic’s objectives that a short refresher renews, from 1; empty in every other lesson. */
  readonly refreshes: readonly number[]
  /** People and situations in it are invented; the page says so once. */
  readonly isFictional: boolean
  /** The whole text, complete without a script: exercises as forms, figures inline, sources at the end. */
  readonly html: string
  /** The same in pieces, so that one exercise can be shown answered: see `lessonWith`. */
  readonly pieces: readonly LessonPiece[]
  readonly headings: readonly Heading[]
  readonly sources: readonly LessonSource[]
  readonly exercises: ReadonlyMap<string, Exercise>
  /** Every fact that the lesson names, in the order in which it is met. */
  readonly factKeys: readonly string[]
  /** Words of the glossary that it marks. */
  readonly terms: readonly string[]
  readonly together: Together
  readonly measure: LessonMeasure
}

export type LessonPiece =
  | { readonly kind: 'text'; readonly html: string }
  | { readonly kind: 'exercise'; readonly id: string; readonly html: string }

export type Heading = { readonly id: string; readonly text: string; readonly level: number }

export type LessonMeasure = {
  readonly file: string
  readonly words: number
  /** With the words of exercises, as somebody meets them who answers once. */
  readonly wordsWithExercises: number
  readonly minutesReckoned: number
  readonly figures: number
  readonly reflections: number
  /** Interactive drawings. */
  readonly explored: number
  /** Scenes of the module's long case. */
  readonly scenes: number
  /** Sentences of the explaining text, without headings, values, dialogues and exercises, for the reading grade. */
  readonly sentences: readonly string[]
}

export type GlossaryTerm = {
  readonly term: string
  readonly also: readonly string[]
  readonly slug: string
  readonly html: string
  readonly facts: readonly string[]
}

/** Where a lesson is read. */
export const lessonPath = (course: string, module: string, lesson: string) =>
  `/courses/${course}/${module}/${lesson}`

/** Where it is said how to lead a group through a module. */
export const facilitatorGuidePath = (course: string, module: string) =>
  `/courses/${course}/modules/${module}/facilitator-guide`

/** Where the answer to an exercise of the lesson is sent. */
export const exercisePath = (course: string, module: string, lesson: string, exercise: string) =>
  `${lessonPath(course, module, lesson)}/exercises/${exercise}`

/** The lesson's text with one exercise shown otherwise, as after an answer without a script. */
export const lessonWith = (lesson: Lesson, exercise: string, html: string) =>
  lesson.pieces
    .map((piece) => (piece.kind === 'exercise' && piece.id === exercise ? html : piece.html))
    .join('')
