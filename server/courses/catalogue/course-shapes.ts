import { Type } from 'typebox'

const words = (description: string) => Type.String({ minLength: 1, description })
const minutes = (description: string) => Type.Number({ minimum: 1, maximum: 240, description })

/** Versions from 2.0.0 and all refreshers must meet stricter rules; see `text-checks.ts`. */
export type CourseFormat = 1 | 2

export const formatOf = (given: { version: string; kind?: CourseKind } | undefined): CourseFormat =>
  given && (given.kind === 'refresher' || Number(given.version.split('.')[0]) >= 2) ? 2 : 1

/** A training is taken in full. A refresher repeats the essentials of a training. */
export type CourseKind = 'training' | 'refresher'

/** When a completion is marked as fast, and how long a third attempt waits. */
export type Engagement = Readonly<{
  fastest_percent: number
  seconds_per_question: number
  retake_wait_minutes: number
}>

/** Lenient on purpose: people who read fast, or listen fast with a screen reader, need about a third of the planned time. */
export const defaultEngagement: Engagement = {
  fastest_percent: 30,
  seconds_per_question: 4,
  retake_wait_minutes: 10,
}

const engagementShape = Type.Object(
  {
    fastest_percent: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description: 'lessons open for less than this percent of their minutes mark a fast completion: 30',
      }),
    ),
    seconds_per_question: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 60,
        description: 'a passed attempt with fewer seconds a question marks a fast completion: 4',
      }),
    ),
    retake_wait_minutes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1440,
        description: 'how long the next attempt waits after two failed ones: 10',
      }),
    ),
  },
  { additionalProperties: false, title: 'engagement in course.yml' },
)

export const courseShape = Type.Object(
  {
    slug: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'the name of the course’s folder',
    }),
    title: words('the course’s full title'),
    short_title: words('a title of a few words, for menus and lists'),
    version: Type.String({
      pattern: '^\\d+\\.\\d+\\.\\d+$',
      description: 'three numbers with periods, such as 1.0.0',
    }),
    audience: words('the course’s audience'),
    statute: words('the law that requires it'),
    authority: Type.Optional(
      Type.Array(Type.String(), { description: 'the fact keys behind audience and statute: [A1-02]' }),
    ),
    summary: words('one or two sentences for the catalogue'),
    supplementary: Type.Optional(
      Type.String({ description: 'a sentence if the course does not meet a requirement on its own' }),
    ),
    kind: Type.Optional(
      Type.Unsafe<CourseKind>({
        enum: ['training', 'refresher'],
        description: 'refresher for a yearly refresher, otherwise leave it out',
      }),
    ),
    edition: Type.Optional(
      Type.Integer({ minimum: 2026, maximum: 2100, description: 'the year that a refresher is written for' }),
    ),
    refreshes: Type.Optional(words('the slug of the course that a refresher refreshes')),
    max_minutes: Type.Optional(minutes('the maximum length, everything included')),
    written_by: Type.Optional(Type.Array(Type.String(), { description: 'a list of the authors' })),
    engagement: Type.Optional(engagementShape),
  },
  { additionalProperties: false, title: 'course.yml' },
)

/** The parts of a refresher, in order. */
export type RefresherPart = 'diagnostic' | 'refreshers' | 'cases' | 'changes' | 'commitment'

export const refresherParts: readonly RefresherPart[] = [
  'diagnostic',
  'refreshers',
  'cases',
  'changes',
  'commitment',
]

const part = Type.Unsafe<RefresherPart>({
  enum: [...refresherParts],
  description: 'one of diagnostic, refreshers, cases, changes, commitment',
})

/** A refresher's diagnostic: it teaches and no one can fail it, so it has no pass mark. */
export const diagnosticShape = Type.Object(
  {
    part,
    title: words('the module’s title'),
    minutes: minutes('the minutes of its lessons, all together'),
    assessment_minutes: minutes('the minutes of its questions'),
    draw: Type.Integer({ minimum: 5, maximum: 50, description: 'how many questions are drawn: 12' }),
    objectives: Type.Array(words('an objective that the refresher covers'), {
      minItems: 1,
      description: 'a list of objectives; questions and short refreshers refer to them by number',
    }),
  },
  { additionalProperties: false, title: 'module.yml of a diagnostic' },
)

/** Every other module of a refresher: only lessons. */
export const lessonsOnlyShape = Type.Object(
  {
    part,
    title: words('the module’s title'),
    minutes: minutes('the minutes of its lessons, all together'),
    objectives: Type.Array(words('what a learner can do afterwards'), {
      minItems: 1,
      description: 'a list of what a learner can do afterwards',
    }),
  },
  { additionalProperties: false, title: 'module.yml of a refresher' },
)

export const partOnlyShape = Type.Object({ part }, { title: 'module.yml of a refresher' })

export const moduleShape = Type.Object(
  {
    title: words('the module’s title'),
    minutes: minutes('the minutes of its lessons, all together'),
    assessment_minutes: minutes('the minutes of its assessment'),
    pass_mark: Type.Integer({
      minimum: 50,
      maximum: 100,
      description: 'a whole number of percent from 50 to 100',
    }),
    draw: Type.Integer({ minimum: 1, maximum: 50, description: 'how many questions an attempt draws' }),
    objectives: Type.Array(words('what a learner can do afterwards'), {
      minItems: 1,
      description: 'a list of what a learner can do afterwards',
    }),
  },
  { additionalProperties: false, title: 'module.yml' },
)

export type ContentNoteLevel = 'inline' | 'stop'
type ContentNoteReason = 'disclosure' | 'family-harm' | 'suicide' | 'sextortion'

export const lessonShape = Type.Object(
  {
    title: words('the lesson’s title'),
    minutes: minutes('how long it takes'),
    purpose: words('what the learner will know or be able to do, in a sentence'),
    content_note: Type.Optional(words('a neutral sentence that warns of difficult material')),
    content_note_level: Type.Optional(
      Type.Unsafe<ContentNoteLevel>({
        enum: ['inline', 'stop'],
        description: 'inline (a note that stops no one) or stop (Continue, Skip for now, Take a break)',
      }),
    ),
    content_note_reason: Type.Optional(
      Type.Unsafe<ContentNoteReason>({
        enum: ['disclosure', 'family-harm', 'suicide', 'sextortion'],
        description: 'why the lesson stops: one of disclosure, family-harm, suicide, sextortion',
      }),
    ),
    refreshes: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, title: 'An objective' }), {
        description: 'the numbers of the diagnostic’s objectives that a short refresher covers: [2]',
      }),
    ),
    fictional: Type.Optional(Type.Boolean({ description: 'true if people in the lesson are invented' })),
  },
  { additionalProperties: false, title: 'the front matter of a lesson' },
)
