import type { Sheet, SheetBlock } from './sheet.ts'

/** What a catalogue holds besides courses, read from its files by authoring, shown by pages. */

export const changeKinds = ['typo', 'clarification', 'meaning'] as const

export type ChangeKind = (typeof changeKinds)[number]

export type ChangeRecord = {
  /** `first` where nothing was published before. */
  readonly kind: ChangeKind | 'first'
  /** The version that it follows; empty for the first. */
  readonly since: string
  readonly summary: string
  readonly publishedOn: string
  readonly publishedBy: string
  /** `module/lesson`: lessons that are new or not the same as in the version before. */
  readonly lessons: readonly string[]
  /** Of a change of law or meaning: the lessons to read again, each with the reason. Empty: all of `lessons`. */
  readonly readAgain: ReadAgain
  /** Modules whose questions are new or not the same. */
  readonly questions: readonly string[]
}

/** What a law or a page asks for, and by which facts what teaches it is found. */
export type CoverageGroup = Readonly<{
  title: string
  about: string
  /** Courses whose lessons are looked at. */
  courses: readonly string[]
  topics: readonly CoverageTopic[]
}>

export type CoverageTopic = Readonly<{
  title: string
  facts: readonly string[]
  /** What is added by name: `course/module/lesson`, `course/question`, a job aid's name. */
  lessons: readonly string[]
  questions: readonly string[]
  jobAids: readonly string[]
  /** False where the wording of the duty was not seen. */
  seen: boolean
}>

/** A review by people outside that the courses still need, and what to look at first. */
export type OwedReview = Readonly<{
  who: string
  how: string
  /** `course/module/lesson`, or a job aid's name. */
  first: readonly Readonly<{ lesson: string | null; jobAid: string | null; lookFor: string }>[]
}>

/** A training of somebody else's that belongs in the catalogue. */
export type ElsewhereTraining = {
  readonly id: string
  readonly title: string
  /** The provider's number for it; empty where it has none. */
  readonly code: string
  readonly audience: string
  /** Whether, of whom and by which law it is required, in a sentence. */
  readonly required: string
  readonly about: string
  readonly provider: string
  readonly length: string
  readonly format: string
  readonly url: string
  readonly contact: string
  /** Where what is said was seen. */
  readonly sources: readonly string[]
  readonly checked: string
}

/** What holds for every module that is taken as a group. */
export type FacilitatorsGuide = {
  readonly sheet: Sheet
  /** Blocks up to where the lessons of a module stand, and those after them. */
  readonly before: readonly SheetBlock[]
  readonly after: readonly SheetBlock[]
  /** The ISO day on which the oldest of its facts and values was checked. */
  readonly checked: string
}

/** `V` seen in the source, `V2` seen at second hand, `U` not seen: practice advice only, never law. */
export type FactStatus = 'V' | 'V2' | 'U'

export type Value = {
  readonly name: string
  readonly text: string
  readonly about: string
  readonly fact: string | undefined
  /** ISO day on which it was last checked. */
  readonly checked: string
}

export type Source = {
  readonly key: string
  readonly title: string
  readonly publisher: string
  readonly url: string | undefined
  /** How it was seen, for the people who keep the register; not shown to learners. */
  readonly seen: string | undefined
}

export type Fact = {
  readonly key: string
  readonly status: FactStatus
  readonly sources: readonly string[]
  readonly about: string
  readonly checked: string
}

/** What changes (names, numbers, dates, statutes), and where each fact comes from. */
export type FactRegister = {
  readonly values: ReadonlyMap<string, Value>
  readonly sources: ReadonlyMap<string, Source>
  readonly facts: ReadonlyMap<string, Fact>
}

/** One page to keep at hand. */
export type JobAid = {
  readonly slug: string
  readonly file: string
  readonly sheet: Sheet
  /** Lessons at whose end it is offered, each as `course/module/lesson`. */
  readonly goesWith: readonly string[]
  /** Every fact that it names. */
  readonly factKeys: readonly string[]
  /** The ISO day on which the oldest of its facts and values was checked. */
  readonly checked: string
}

/** The reason by `module/lesson`. */
export type ReadAgain = Readonly<Record<string, string>>

/** One entry of a lesson's list of sources. */
export type LessonSource = {
  /** Its number in the lesson. */
  readonly number: number
  readonly key: string
  readonly title: string
  readonly publisher: string
  readonly url: string | undefined
  /** The ISO day on which the facts that rest on it were last checked; the oldest of them. */
  readonly checked: string
  /** The facts of the lesson that name it first. */
  readonly facts: readonly string[]
  /** Every fact that the lesson takes from it was seen at second hand. */
  readonly secondHand: boolean
}

/** A line that someone can call or write to, for a young person and for whoever works with them. */
export type SupportLine = {
  readonly name: string
  readonly about: string
  readonly phone?: string
  /** Where a text message goes, and the words that say so. */
  readonly text?: { readonly to: string; readonly words: string }
}

/** What a group can talk about or do with a lesson's text, in bare words. */
export type Together = {
  readonly keyPoints: readonly string[]
  readonly reflections: readonly string[]
  /** The heading above each dialogue. */
  readonly dialogues: readonly string[]
  readonly tomorrow: readonly string[]
}
