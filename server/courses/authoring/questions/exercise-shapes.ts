import { type TProperties, Type } from 'typebox'
import type { ExerciseType, Outcome } from '#server/courses/catalogue/exercises.ts'

/** The keys that each type of exercise is written with; `courses/README.md` teaches them. */
const words = (description: string) => Type.String({ minLength: 1, description })
const id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
  description: 'a short name of letters, digits and hyphens that never changes',
})
const why = words('what this does for the young person, or what it misses')
const text = words('the words that the learner reads')
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const closed = <Properties extends TProperties>(title: string, properties: Properties) =>
  Type.Object(properties, { additionalProperties: false, title })

/** An exercise's id is part of an address. */
const exerciseId = Type.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: 60,
  description: 'a short name of small letters, digits and hyphens that never changes',
})

const common = {
  id: exerciseId,
  type: Type.String({ description: 'the type of exercise' }),
  title: Type.Optional(words('a short heading')),
  facts: Type.Optional(
    Type.Array(Type.String({ minLength: 1, title: 'A fact key' }), {
      description: 'a list of the fact keys that justify the answer: [A1-02, A1-03]',
    }),
  ),
  practice: flag('true when the answer rests on practice advice'),
  objective: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'the number of the objective in module.yml that the question measures, counted from 1',
    }),
  ),
}
const stem = words('the question')

const choices = Type.Array(closed('a choice', { id, text, correct: flag('true on a right choice'), why }), {
  minItems: 2,
  description: 'two choices or more',
})

export const singleShape = closed('a "single" exercise', { ...common, stem, choices })
export const multipleShape = closed('a "multiple" exercise', { ...common, stem, choices })
export const trueFalseShape = closed('a "true-false" exercise', {
  ...common,
  stem,
  answer: Type.Boolean({ description: 'true or false' }),
  why_true: words('what the learner reads who said true'),
  why_false: words('what the learner reads who said false'),
})
export const orderShape = closed('an "order" exercise', {
  ...common,
  stem,
  items: Type.Array(closed('an item', { id, text, why }), {
    minItems: 3,
    description: 'three items or more, in the right order',
  }),
})
export const matchShape = closed('a "match" exercise', {
  ...common,
  stem,
  pairs: Type.Array(
    closed('a pair', { id, left: words('the left side'), right: words('the right side'), why }),
    { minItems: 3, description: 'three pairs or more' },
  ),
})
export const sortShape = closed('a "sort" exercise', {
  ...common,
  stem,
  buckets: Type.Array(closed('a bucket', { id, title: words('the name of the bucket') }), {
    minItems: 2,
    description: 'two buckets or more',
  }),
  items: Type.Array(closed('an item', { id, text, bucket: words('the id of its bucket'), why }), {
    minItems: 2,
    description: 'two items or more',
  }),
})
const outcome = Type.Unsafe<Outcome>({
  enum: ['good', 'recovered', 'harm-reduced', 'missed'],
  description: 'one of good, recovered, harm-reduced, missed',
})

export const scenarioShape = closed('a "scenario" exercise', {
  ...common,
  stem: Type.Optional(stem),
  opening: words('what has happened before the first step'),
  start: words('the id of the first step'),
  steps: Type.Array(
    closed('a step', {
      id,
      text,
      choices: Type.Array(
        closed('a step’s choice', {
          id,
          text,
          why,
          best: flag('true on the best choice'),
          next: words('the id of the next step or of an ending, or "end"'),
        }),
        { minItems: 2, description: 'two choices or more' },
      ),
    }),
    { minItems: 1, description: 'one step or more' },
  ),
  endings: Type.Optional(
    Type.Array(closed('an ending', { id, text, outcome: Type.Optional(outcome) }), {
      description: 'a list of endings, each with id, text and outcome',
    }),
  ),
})

export const anyExerciseShape = Type.Object(
  {
    id: exerciseId,
    type: Type.Unsafe<ExerciseType>({
      enum: ['single', 'multiple', 'true-false', 'order', 'match', 'sort', 'scenario'],
      description: 'one of single, multiple, true-false, order, match, sort, scenario',
    }),
  },
  { title: 'an exercise' },
)
