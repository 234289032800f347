import { Type } from 'typebox'

const words = (description: string) => Type.String({ minLength: 1, description })
const minutes = (description: string) => Type.Number({ minimum: 1, maximum: 240, description })

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
    written_by: Type.Optional(Type.Array(Type.String(), { description: 'a list of who wrote the text' })),
  },
  { additionalProperties: false, title: 'course.yml' },
)

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

export const lessonShape = Type.Object(
  {
    title: words('the lesson’s title'),
    minutes: minutes('how long it takes'),
    purpose: words('a sentence on what the learner will know or be able to do'),
    content_note: Type.Optional(words('a neutral sentence on what hard material is coming')),
  },
  { additionalProperties: false, title: 'a lesson’s head' },
)
