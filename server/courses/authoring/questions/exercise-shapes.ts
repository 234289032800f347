import { type TProperties, Type } from 'typebox'
import type { ExerciseType, Outcome } from '#server/courses/catalogue/question-types.ts'

/** The keys of each exercise type; see `courses/README.md`. */
const words = (description: string) => Type.String({ minLength: 1, description })
const id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
  description: 'a short name of letters, digits and hyphens that never changes',
})
const why = words('how this helps the young person, or what it misses')
const text = words('the text shown to the learner')
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const closed = <Properties extends TProperties>(title: string, properties: Properties) =>
  Type.Object(properties, { additionalProperties: false, title })

/** An exercise's id is part of its address. */
const exerciseId = Type.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: 60,
  description: 'a short name of lowercase letters, digits and hyphens that never changes',
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
  practice: flag('true if the answer is based on practice advice'),
  objective: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'the number of the objective in module.yml that the question measures, counted from 1',
    }),
  ),
}
const stem = words('the question')

const choices = Type.Array(closed('a choice', { id, text, correct: flag('true on a correct choice'), why }), {
  minItems: 2,
  description: 'two or more choices',
})

export const singleShape = closed('a "single" exercise', { ...common, stem, choices })
export const multipleShape = closed('a "multiple" exercise', { ...common, stem, choices })
export const trueFalseShape = closed('a "true-false" exercise', {
  ...common,
  stem,
  answer: Type.Boolean({ description: 'true or false' }),
  why_true: words('feedback for the answer "true"'),
  why_false: words('feedback for the answer "false"'),
})
export const orderShape = closed('an "order" exercise', {
  ...common,
  stem,
  items: Type.Array(closed('an item', { id, text, why }), {
    minItems: 3,
    description: 'three or more items, in the correct order',
  }),
})
export const matchShape = closed('a "match" exercise', {
  ...common,
  stem,
  pairs: Type.Array(
    closed('a pair', { id, left: words('the left side'), right: words('the right side'), why }),
    { minItems: 3, description: 'three or more pairs' },
  ),
})
export const sortShape = closed('a "sort" exercise', {
  ...common,
  stem,
  buckets: Type.Array(closed('a bucket', { id, title: words('the name of the bucket') }), {
    minItems: 2,
    description: 'two or more buckets',
  }),
  items: Type.Array(closed('an item', { id, text, bucket: words('the id of its bucket'), why }), {
    minItems: 2,
    description: 'two or more items',
  }),
})
const outcome = Type.Unsafe<Outcome>({
  enum: ['good', 'recovered', 'harm-reduced', 'missed'],
  description: 'one of good, recovered, harm-reduced, missed',
})

export const scenarioShape = closed('a "scenario" exercise', {
  ...common,
  stem: Type.Optional(stem),
  opening: words('what happened before the first step'),
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
        { minItems: 2, description: 'two or more choices' },
      ),
    }),
    { minItems: 1, description: 'one or more steps' },
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
