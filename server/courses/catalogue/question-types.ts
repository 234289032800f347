/** An author's text, rendered once: as HTML for pages and as plain text for options and records. */
export type Words = { readonly html: string; readonly text: string }

type Choice = {
  readonly id: string
  readonly text: Words
  readonly correct: boolean
  readonly why: Words
}

type Common = {
  readonly id: string
  readonly stem: Words
  readonly title: string | undefined
  /** Keys of the facts that justify the answer. */
  readonly facts: readonly string[]
  /** True if the answer is based on practice advice. The page says so. */
  readonly practice: boolean
  /** The number of the module objective that a question measures, starting at 1. Undefined before 2.0.0. */
  readonly objective: number | undefined
}

type ChoiceExercise = Common & {
  readonly type: 'single' | 'multiple'
  readonly choices: readonly Choice[]
}

export type TrueFalseExercise = Common & {
  readonly type: 'true-false'
  readonly answer: boolean
  readonly whyTrue: Words
  readonly whyFalse: Words
}

type OrderItem = { readonly id: string; readonly text: Words; readonly why: Words }

/** The items are in the correct order. */
type OrderExercise = Common & { readonly type: 'order'; readonly items: readonly OrderItem[] }

type Pair = { readonly id: string; readonly left: Words; readonly right: Words; readonly why: Words }

type MatchExercise = Common & { readonly type: 'match'; readonly pairs: readonly Pair[] }

type Bucket = { readonly id: string; readonly title: Words }

type SortItem = {
  readonly id: string
  readonly text: Words
  readonly bucket: string
  readonly why: Words
}

type SortExercise = Common & {
  readonly type: 'sort'
  readonly buckets: readonly Bucket[]
  readonly items: readonly SortItem[]
}

export type StepChoice = {
  readonly id: string
  readonly text: Words
  readonly why: Words
  readonly best: boolean
  /** The id of a step or of an ending, or `end`. */
  readonly next: string
}

export type Step = { readonly id: string; readonly text: Words; readonly choices: readonly StepChoice[] }

/** The outcome for the young person at the end of a scenario. */
export type Outcome = 'good' | 'recovered' | 'harm-reduced' | 'missed'

/** Endings written before 2.0.0 have no outcome. */
type Ending = Words & { readonly outcome: Outcome | undefined }

/** The stem is the opening: what happened before the first step. */
export type ScenarioExercise = Common & {
  readonly type: 'scenario'
  readonly start: string
  readonly steps: ReadonlyMap<string, Step>
  readonly endings: ReadonlyMap<string, Ending>
}

/** In a lesson it gives feedback and never counts. In a module's pool it is an assessment question. */
export type Exercise =
  | ChoiceExercise
  | TrueFalseExercise
  | OrderExercise
  | MatchExercise
  | SortExercise
  | ScenarioExercise

export type Question = Exercise

export type ExerciseType = Exercise['type']

export const exerciseTypes: readonly ExerciseType[] = [
  'single',
  'multiple',
  'true-false',
  'order',
  'match',
  'sort',
  'scenario',
]
