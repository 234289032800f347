import { Type } from 'typebox'

const words = (description: string) => Type.String({ minLength: 1, description })
const minutes = (description: string) => Type.Number({ minimum: 1, maximum: 240, description })

/** From version 2.0.0 on a text holds to more: see `text-checks.ts`. A refresher always does. */
export type CourseFormat = 1 | 2

export const formatOf = (given: { version: string; kind?: CourseKind } | undefined): CourseFormat =>
  given && (given.kind === 'refresher' || Number(given.version.split('.')[0]) >= 2) ? 2 : 1

/** A training is taken whole; a refresher renews what a training taught. */
export type CourseKind = 'training' | 'refresher'

export const courseShape = Type.Object(
  {
    slug: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'the name of the course’s folder',
    }),
    title: words('the course’s whole title'),
    short_title: words('a title of a few words, for menus and lists'),
    version: Type.String({
      pattern: '^\\d+\\.\\d+\\.\\d+$',
      description: 'three numbers with points between: 1.0.0',
    }),
    audience: words('who takes the course'),
    statute: words('the law that asks for it'),
    authority: Type.Optional(
      Type.Array(Type.String(), { description: 'the fact keys behind audience and statute: [A1-02]' }),
    ),
    summary: words('one or two sentences for the catalogue'),
    supplementary: Type.Optional(
      Type.String({ description: 'a plain sentence when the course does not by itself meet a requirement' }),
    ),
    kind: Type.Optional(
      Type.Unsafe<CourseKind>({
        enum: ['training', 'refresher'],
        description: 'refresher, where it is a yearly refresher; else leave it out',
      }),
    ),
    edition: Type.Optional(
      Type.Integer({ minimum: 2026, maximum: 2100, description: 'the year that a refresher is written for' }),
    ),
    refreshes: Type.Optional(words('the slug of the course that a refresher renews')),
    max_minutes: Type.Optional(minutes('the most that it may take, everything included')),
    written_by: Type.Optional(Type.Array(Type.String(), { description: 'a list of who wrote the text' })),
  },
  { additionalProperties: false, title: 'course.yml' },
)

/** What a module of a refresher is for; it is taken in this order. */
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

/** The module of a refresher that asks: it teaches and can't be failed, so it has no pass mark. */
export const diagnosticShape = Type.Object(
  {
    part,
    title: words('the module’s title'),
    minutes: minutes('the minutes of its lessons, all together'),
    assessment_minutes: minutes('the minutes of its questions'),
    draw: Type.Integer({ minimum: 5, maximum: 50, description: 'how many questions are drawn: 12' }),
    objectives: Type.Array(words('what the refresher renews'), {
      minItems: 1,
      description: 'a list of what is renewed; its questions and the short refreshers name them by number',
    }),
  },
  { additionalProperties: false, title: 'module.yml of a diagnostic' },
)

/** Every other module of a refresher: lessons alone. */
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
export type ContentNoteReason = 'disclosure' | 'family-harm' | 'suicide' | 'sextortion'

export const lessonShape = Type.Object(
  {
    title: words('the lesson’s title'),
    minutes: minutes('how long it takes'),
    purpose: words('a sentence on what the learner will know or be able to do'),
    content_note: Type.Optional(words('a neutral sentence on what hard material is coming')),
    content_note_level: Type.Optional(
      Type.Unsafe<ContentNoteLevel>({
        enum: ['inline', 'stop'],
        description: 'inline (a quiet note that stops no one) or stop (Continue, Skip for now, Take a pause)',
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
        description: 'the numbers of the diagnostic’s objectives that a short refresher renews: [2]',
      }),
    ),
    fictional: Type.Optional(
      Type.Boolean({ description: 'true where the lesson has invented people in it' }),
    ),
  },
  { additionalProperties: false, title: 'a lesson’s head' },
)
