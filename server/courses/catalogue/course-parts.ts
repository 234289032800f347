import type { Sheet, SheetBlock } from './sheet.ts'

/** A recording on disk, or the captions of one. */
export type RecordingFile = Readonly<{ disk: string }> | Readonly<{ text: string }>

/** The parts of a catalogue besides courses. Authoring reads them from files, and pages show them. */

export const changeKinds = ['typo', 'clarification', 'meaning'] as const

export type ChangeKind = (typeof changeKinds)[number]

export type ChangeRecord = {
  /** `first` if nothing was published before. */
  readonly kind: ChangeKind | 'first'
  /** The previous version. Empty for the first. */
  readonly since: string
  readonly summary: string
  readonly publishedOn: string
  readonly publishedBy: string
  /** `module/lesson`: lessons that are new or changed since the previous version. */
  readonly lessons: readonly string[]
  /** For a change of law or meaning: the lessons to read again, each with the reason. If empty, all of `lessons`. */
  readonly readAgain: ReadAgain
  /** Modules whose questions are new or changed. */
  readonly questions: readonly string[]
  /** Why a question changed, as far as the author says: `module/question` and the reason. */
  readonly questionReasons?: ReadAgain
}

/** The topics that a law or page requires, and the facts that identify what teaches them. */
export type CoverageGroup = Readonly<{
  title: string
  about: string
  /** The courses whose lessons can cover it. */
  courses: readonly string[]
  topics: readonly CoverageTopic[]
}>

export type CoverageTopic = Readonly<{
  title: string
  facts: readonly string[]
  /** Coverage added by name: `course/module/lesson`, `course/question` or a job aid's name. */
  lessons: readonly string[]
  questions: readonly string[]
  jobAids: readonly string[]
  /** False if we have not seen the wording of the duty. */
  seen: boolean
}>

/** A review by people outside that the courses still need, and what to look at first. */
export type OwedReview = Readonly<{
  who: string
  how: string
  /** `course/module/lesson`, or a job aid's name. */
  first: readonly Readonly<{ lesson: string | null; jobAid: string | null; lookFor: string }>[]
}>

/** An outside training in the catalogue. */
export type ElsewhereTraining = {
  readonly id: string
  readonly title: string
  /** The provider's course number, or empty. */
  readonly code: string
  readonly audience: string
  /** A sentence on who must take it and by which law. */
  readonly required: string
  readonly about: string
  readonly provider: string
  readonly length: string
  readonly format: string
  readonly url: string
  readonly contact: string
  /** Its sources, each with its publisher. */
  readonly sources: readonly string[]
  readonly checked: string
}

/** A card for a moment of need. */
export type RightNowCard = {
  readonly id: string
  readonly title: string
  readonly lead: string
  /** What staff may type to find it. */
  readonly also: string
  readonly say: string
  readonly steps: readonly string[]
  /** A call without a number is one that each program has of its own. */
  readonly calls: readonly Readonly<{ number: string; who: string }>[]
  readonly avoid: string
  readonly report: string
  /** Fact keys. Without any, it is practice advice. */
  readonly facts: readonly string[]
}

/** The general facilitator's guide for group sessions. */
export type FacilitatorsGuide = {
  readonly sheet: Sheet
  /** The blocks before and after the place for a module's lessons. */
  readonly before: readonly SheetBlock[]
  readonly after: readonly SheetBlock[]
  /** The oldest check date of its facts and values (ISO). */
  readonly checked: string
}

/** `V` seen in the source, `V2` seen secondhand, `U` not seen: practice advice only, never law. */
export type FactStatus = 'V' | 'V2' | 'U'

export type Value = {
  readonly name: string
  readonly text: string
  readonly about: string
  readonly fact: string | undefined
  /** What has to be confirmed before people rely on it. Reviewers see it. */
  readonly toConfirm: string | undefined
  /** ISO day on which it was last checked. */
  readonly checked: string
}

export type Source = {
  readonly key: string
  readonly title: string
  readonly publisher: string
  readonly url: string | undefined
  /** How it was seen, for the register's editors. Not shown to learners. */
  readonly seen: string | undefined
}

export type Fact = {
  readonly key: string
  readonly status: FactStatus
  readonly sources: readonly string[]
  readonly about: string
  readonly checked: string
}

/** Values that change (names, numbers, dates, statutes) and the sources of facts. */
export type FactRegister = {
  readonly values: ReadonlyMap<string, Value>
  readonly sources: ReadonlyMap<string, Source>
  readonly facts: ReadonlyMap<string, Fact>
}

/** A one-page job aid. */
export type JobAid = {
  readonly slug: string
  readonly file: string
  readonly sheet: Sheet
  /** Lessons that offer it at their end, each as `course/module/lesson`. */
  readonly goesWith: readonly string[]
  /** Every fact that it cites. */
  readonly factKeys: readonly string[]
  /** The oldest check date of its facts and values (ISO). */
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
  /** The oldest check date of the facts based on it (ISO). */
  readonly checked: string
  /** The facts that cite it first in the lesson. */
  readonly facts: readonly string[]
  /** True if every fact that the lesson takes from it was seen secondhand. */
  readonly secondHand: boolean
}

/** A support line to call or text, for young people and the people who work with them. */
export type SupportLine = {
  readonly name: string
  readonly about: string
  readonly phone?: string
  /** The number for text messages, and its label. */
  readonly text?: { readonly to: string; readonly words: string }
}

/** Discussion prompts for groups, taken from a lesson's text. */
export type Together = {
  readonly keyPoints: readonly string[]
  readonly reflections: readonly string[]
  /** The heading above each dialogue. */
  readonly dialogues: readonly string[]
  readonly tomorrow: readonly string[]
}
