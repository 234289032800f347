import Type, { type Static } from 'typebox'
import { factsSchema } from '#server/law/facts/facts-schema.ts'
import type { RequirementId } from '#server/law/facts/ruleset.ts'
import type { Day } from '#server/lib/days.ts'

const dayOrNull = Type.Unsafe<Day | null>({ type: ['string', 'null'], format: 'date' })
const sentences = Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' } })

const standings = [
  'not_required',
  'due_before_contact',
  'current',
  'due_soon',
  'overdue',
  'not_cleared',
  'unknown',
] as const

export type Standing = (typeof standings)[number]

const requirementIds: readonly RequirementId[] = [
  'residential-initial',
  'residential-annual',
  'child-protection-trafficking',
  'child-protection-foundation',
  'annual-hours',
]

const requirementAnswer = Type.Object(
  {
    requirement: Type.Unsafe<RequirementId>({ type: 'string', enum: [...requirementIds] }),
    program: Type.String({ description: 'The program, or for child protection the agency' }),
    standing: Type.Unsafe<Standing>({ type: 'string', enum: [...standings] }),
    due_on: dayOrNull,
    satisfied_on: dayOrNull,
    late_days: Type.Integer({ minimum: 0 }),
    rule: Type.String({ pattern: '^R[0-9]+$' }),
    citation: Type.String(),
    explanation: sentences,
  },
  { additionalProperties: false },
)

const clearanceAnswer = Type.Object(
  {
    program: Type.String(),
    answer: Type.Unsafe<'yes' | 'no' | 'unknown'>({ type: 'string', enum: ['yes', 'no', 'unknown'] }),
    until: dayOrNull,
    on_leave: Type.Boolean({
      description: 'Whether a leave is on file that day: the answer is then never yes',
    }),
    because: sentences,
  },
  { additionalProperties: false },
)

export const answerSchema = Type.Object(
  {
    on: Type.Unsafe<Day>({ type: 'string', format: 'date' }),
    requirements: Type.Array(requirementAnswer),
    clearance: Type.Array(clearanceAnswer),
  },
  { additionalProperties: false, description: 'What the rules answer for one person and day' },
)

export type RequirementAnswer = Static<typeof requirementAnswer>
export type ClearanceAnswer = Static<typeof clearanceAnswer>
export type Answer = Static<typeof answerSchema>

/** The published schema: the root is the facts, and the answer is one of its definitions. */
export function publishedSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Facts for the rules of time',
    ...factsSchema,
    $defs: { answer: answerSchema },
  }
}
