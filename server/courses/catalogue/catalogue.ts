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
  RecordingFile,
  RightNowCard,
  SupportLine,
  Together,
} from './course-parts.ts'
import type { ContentNoteLevel, CourseKind, Engagement, RefresherPart } from './course-shapes.ts'
import type { Exercise, Question } from './question-types.ts'
import type { ResourceFile } from './resource-parts.ts'

/** All courses, read, checked and rendered once at the start. */
export type Catalogue = {
  /** By slug, in folder order. */
  readonly courses: ReadonlyMap<string, Course>
  /** Job aids, in file order. */
  readonly jobAids: readonly JobAid[]
  /** The general facilitator's guide for group sessions. Undefined if there is none. */
  readonly facilitatorsGuide: FacilitatorsGuide | undefined
  /** Outside trainings listed with our courses. */
  readonly elsewhere: readonly ElsewhereTraining[]
  /** Cards for a moment of need, in file order. */
  readonly rightNow: readonly RightNowCard[]
  /** Whom to call, where to report and what to read, as the project ships them. */
  readonly resources: ResourceFile
  /** The topics that the law requires, and the facts that identify what teaches them. */
  readonly coverage: readonly CoverageGroup[]
  /** Reviews by people outside that are still owed. */
  readonly owedReviews: readonly OwedReview[]
  readonly glossary: readonly GlossaryTerm[]
  readonly support: readonly SupportLine[]
  readonly register: FactRegister
}

export type Course = {
  readonly slug: string
  /** The version for new learners: the newest published one, or the draft if none is published. */
  readonly current: CourseVersion
  /** The draft at the course's root, which authors edit. */
  readonly working: CourseVersion | undefined
  /** Frozen versions, newest first. */
  readonly published: readonly CourseVersion[]
  /** Every version by number. A frozen version takes precedence over a draft with the same number. */
  readonly versions: ReadonlyMap<string, CourseVersion>
}

export type CourseVersion = {
  readonly slug: string
  readonly version: string
  readonly state: 'working' | 'published'
  /** SHA-256 of the version's files and the register entries they use; see `content-hash.ts`. */
  readonly hash: string
  readonly title: string
  readonly shortTitle: string
  readonly audience: string
  readonly statute: string
  /** Fact keys behind the audience and the statute. */
  readonly authority: readonly string[]
  readonly summary: string
  /** A sentence for a course that doesn't meet a requirement on its own. Otherwise empty. */
  readonly supplementary: string
  readonly writtenBy: readonly string[]
  readonly kind: CourseKind
  /** A refresher's year and the slug of the course it refreshes. */
  readonly refresher: Readonly<{ edition: number; refreshes: string }> | undefined
  /** The lessons that people must read again after the next publication, and why. */
  readonly readAgain: ReadAgain
  /** Why questions change with it: `module/question` and the reason. */
  readonly questionReasons: ReadAgain
  /** The maximum minutes, everything included. */
  readonly maxMinutes: number | undefined
  /** When a completion is marked as fast, and how long retakes wait. */
  readonly engagement: Engagement
  /** The changes since the previous published version. Undefined for the draft. */
  readonly change: ChangeRecord | undefined
  readonly modules: readonly Module[]
  /** Recordings and captions, by the name in their address. */
  readonly recordings: ReadonlyMap<string, RecordingFile>
  /** Lessons and assessments of all modules. */
  readonly minutes: number
}

export type Module = {
  /** Starts at 1, in folder order. */
  readonly number: number
  readonly slug: string
  readonly title: string
  readonly objectives: readonly string[]
  /** Its part in a refresher. Undefined in a training. */
  readonly part: RefresherPart | undefined
  /** Lessons, all together. */
  readonly minutes: number
  readonly assessmentMinutes: number
  /** Percent. */
  readonly passMark: number
  /** How many questions an attempt draws. 0 if the module has no questions and is done once it is read. */
  readonly draw: number
  readonly lessons: readonly Lesson[]
  /** The pool, by id. */
  readonly questions: ReadonlyMap<string, Question>
  /** SHA-256 of the pool and its draw and pass mark. */
  readonly poolHash: string
}

/** A refresher's diagnostic, the lessons that it picks and the commitment are each person's own. */
export const isForGroups = ({ part }: Pick<Module, 'part'>): boolean =>
  part === undefined || part === 'cases' || part === 'changes'

export type Lesson = {
  readonly number: number
  readonly slug: string
  /** SHA-256 of the lesson's file and drawings, and of the register entries they use. */
  readonly hash: string
  readonly title: string
  readonly minutes: number
  readonly purpose: string
  /** A neutral sentence that warns of difficult material. */
  readonly contentNote: string | undefined
  /** Whether the note is inline or stops the learner before the text. */
  readonly contentNoteLevel: ContentNoteLevel
  /** The diagnostic’s objectives that a short refresher covers, starting at 1. Empty in every other lesson. */
  readonly refreshes: readonly number[]
  /** True if people and situations in it are invented. The page says so once. */
  readonly isFictional: boolean
  /** The full HTML, complete without scripts: exercises as forms, figures inline, sources at the end. */
  readonly html: string
  /** The same in pieces, so that one exercise can be shown answered; see `lessonWith`. */
  readonly pieces: readonly LessonPiece[]
  readonly headings: readonly Heading[]
  readonly sources: readonly LessonSource[]
  readonly exercises: ReadonlyMap<string, Exercise>
  /** Every fact that the lesson cites, in order of appearance. */
  readonly factKeys: readonly string[]
  /** The glossary terms that it marks. */
  readonly terms: readonly string[]
  readonly together: Together
  readonly measure: LessonMeasure
}

export type LessonPiece =
  | { readonly kind: 'text'; readonly html: string }
  | { readonly kind: 'exercise'; readonly id: string; readonly html: string }

export type Heading = { readonly id: string; readonly text: string; readonly level: number }

type LessonMeasure = {
  readonly file: string
  readonly words: number
  /** With the words of exercises that a learner reads to answer once. */
  readonly wordsWithExercises: number
  readonly calculatedMinutes: number
  readonly figures: number
  readonly reflections: number
  /** Interactive drawings. */
  readonly explored: number
  /** Scenes of the module's long case. */
  readonly scenes: number
  /** Sentences for the reading grade, without headings, values, dialogues and exercises. */
  readonly sentences: readonly string[]
}

export type GlossaryTerm = {
  readonly term: string
  readonly also: readonly string[]
  readonly slug: string
  readonly html: string
  readonly facts: readonly string[]
}

/** The address of a lesson. */
export const lessonPath = (course: string, module: string, lesson: string) =>
  `/courses/${course}/${module}/${lesson}`

/** The address of a module's facilitator's guide. */
export const facilitatorGuidePath = (course: string, module: string) =>
  `/courses/${course}/modules/${module}/facilitator-guide`

/** The address that an exercise's answer is posted to. */
export const exercisePath = (course: string, module: string, lesson: string, exercise: string) =>
  `${lessonPath(course, module, lesson)}/exercises/${exercise}`

/** The lesson's HTML with one exercise replaced, such as after an answer without a script. */
export const lessonWith = (lesson: Lesson, exercise: string, html: string) =>
  lesson.pieces
    .map((piece) => (piece.kind === 'exercise' && piece.id === exercise ? html : piece.html))
    .join('')
