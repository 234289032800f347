import Type, { type Static, type TProperties } from 'typebox'
import type { Day } from '#server/lib/days.ts'
import { specializedCertification } from './ruleset.ts'

/**
 * The shape in which facts are handed to the rules, once, for the reader of JSON, for the type checker and for the
 * published schema. `null` in a fact means that it is not on file; an end that is null means that none is known.
 */

const about = (description: string) => ({ description })
const closed = <T extends TProperties>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, description })
const listOf = <T extends TProperties>(properties: T, description: string) =>
  Type.Array(closed(properties, description))

const day = (description: string) => Type.Unsafe<Day>({ type: 'string', format: 'date', description })
const dayOrNull = (description: string) =>
  Type.Unsafe<Day | null>({ type: ['string', 'null'], format: 'date', description })
const instantOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description })
const text = (description: string) => Type.String({ minLength: 1, description })
const textOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description })
const yesNoOrNull = (description: string) =>
  Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], description })
const hoursOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], minimum: 0, maximum: 1000, description })
const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description })

const id = Type.Optional(text('A name for this fact, for explanations that point to it; its path otherwise'))
const recorded = {
  recorded_on: Type.Optional(
    dayOrNull('The day this fact was put on record; used when asking what was known then'),
  ),
  recorded_at: Type.Optional(instantOrNull('The same, as an instant')),
}
const ended = {
  end_recorded_on: Type.Optional(dayOrNull('The day the end was put on record, where later than the rest')),
}

export const certificationTypes = [
  specializedCertification,
  'qrtp',
  'pregnant-and-parenting',
  'supervised-independent-living',
] as const

export type CertificationType = (typeof certificationTypes)[number]

const settings = closed(
  {
    annual_anchor: Type.Optional(
      oneOf(['re-anchor', 'keep-month'], 'R5: what an early renewal does to the yearly month'),
    ),
    leave: Type.Optional(
      oneOf(['not-required', 'keeps-running'], 'R10: what a leave does to the yearly date'),
    ),
    transfer: Type.Optional(
      oneOf(['carries', 'verified-first'], 'R11: whether a completion counts at another program'),
    ),
    rehire: Type.Optional(
      oneOf(['prior-initial-counts', 'initial-again'], 'R13: the initial training after a rehire'),
    ),
    later_certification: Type.Optional(
      oneOf(['day-before', 'day-of'], 'R15: people in contact when a certification begins'),
    ),
    same_day_contact: Type.Optional(
      oneOf(['accept-and-flag', 'day-before'], 'R2: finished on the day contact begins'),
    ),
    refresher: Type.Optional(
      oneOf(['not-counted', 'counts'], 'R7: whether the license holder accepts the yearly refresher'),
    ),
    fast_completions: Type.Optional(
      oneOf(['count', 'after-confirmation'], 'R9: whether a fast completion waits for a supervisor'),
    ),
    hours_year: Type.Optional(oneOf(['calendar', 'hire-anniversary', 'fiscal'], 'R21: the agency’s year')),
    fiscal_year_month: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 12, ...about('R21: the month a fiscal year begins') }),
    ),
    trafficking_due_months: Type.Optional(
      Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        minimum: 1,
        maximum: 120,
        ...about('R19: the agency’s own date, in months after hire; null for none'),
      }),
    ),
  },
  'Interpretations that the law leaves open; what is not given is read by default',
)

const certifications = listOf(
  {
    type: oneOf(certificationTypes, 'Which certification'),
    from: dayOrNull('The day it took effect'),
    to: Type.Optional(dayOrNull('Its last day; null while it lasts')),
    id,
    ...recorded,
    ...ended,
  },
  'A certification of the program',
)

const programs = listOf(
  {
    id: text('How the other facts name this program'),
    name: Type.Optional(text('How sentences name it; the id otherwise')),
    holder: Type.Optional(text('The license holder')),
    certifications: Type.Optional(
      Type.Unsafe<Static<typeof certifications> | null>({
        ...certifications,
        type: ['array', 'null'],
        ...about('Empty: never certified. Null or not given: not on file'),
      }),
    ),
    settings: Type.Optional(settings),
    ...recorded,
  },
  'A licensed program, one a site',
)

const contact = listOf(
  {
    from: dayOrNull('The first day of direct contact'),
    to: Type.Optional(dayOrNull('The last day; null while it lasts')),
    from_at: Type.Optional(instantOrNull('The time contact began on the first day')),
    id,
    ...recorded,
    ...ended,
  },
  'A period of direct contact',
)

const assignments = listOf(
  {
    program: text('The id of the program'),
    hired_on: dayOrNull('The day of hire; for a rehire, the day of the rehire'),
    separated_on: Type.Optional(dayOrNull('The last day of the employment; null while it lasts')),
    contact: Type.Optional(
      Type.Unsafe<Static<typeof contact> | null>({
        ...contact,
        type: ['array', 'null'],
        ...about('Empty: no direct contact. Null or not given: not on file'),
      }),
    ),
    leave: Type.Optional(
      listOf(
        {
          from: day('The first day of the leave'),
          to: Type.Optional(dayOrNull('The last day of the leave; null while it lasts')),
          id,
          ...recorded,
          ...ended,
        },
        'A leave, during which there is no direct contact',
      ),
    ),
    id,
    ...recorded,
    ...ended,
  },
  'An employment at a program: employee, contractor, volunteer or student',
)

const trainingFacts = {
  hours: Type.Optional(hoursOrNull('Its hours')),
  accepted: Type.Optional(
    yesNoOrNull('Whether the license holder or agency accepted it; null or not given: not decided'),
  ),
  program: Type.Optional(text('The program for which it was taken')),
  verified: Type.Optional(
    listOf(
      { program: text('The id of the program'), on: day('The day that program verified the certificate') },
      'Where the certificate was verified',
    ),
  ),
  voided_on: Type.Optional(dayOrNull('The day this record was voided, as a correction')),
  id,
  ...recorded,
}

const completions = listOf(
  {
    course: text('The course of this system, all modules of it'),
    approved: Type.Optional(
      yesNoOrNull('Whether the commissioner had approved the version; null or not given: not on file'),
    ),
    completed_at: Type.Optional(instantOrNull('When the last required item was done')),
    completed_on: Type.Optional(dayOrNull('Where only the day is known')),
    version: Type.Optional(text('The version of the course')),
    title: Type.Optional(textOrNull('Its title, as the sentences name it; without one they name the course')),
    fast: Type.Optional(
      yesNoOrNull('Whether it went implausibly fast; null or not given: how it was taken is not on file'),
    ),
    confirmed: Type.Optional(
      listOf(
        { program: text('The id of the program'), on: day('The day a supervisor there confirmed it') },
        'Where a supervisor confirmed a fast completion',
      ),
    ),
    ...trainingFacts,
  },
  'A course completed in this system, with its certificate',
)

const outside = listOf(
  {
    code: Type.Optional(textOrNull('The Academy’s course code, such as X205')),
    title: text('Its title'),
    provider: Type.Optional(textOrNull('Who gave it')),
    completed_on: dayOrNull('The day it was completed'),
    human_trafficking: Type.Optional(yesNoOrNull('Whether it is a human trafficking training')),
    same_curriculum: Type.Optional(yesNoOrNull('Whether it is the same approved curriculum, all modules')),
    certificate_verified: Type.Optional(yesNoOrNull('Whether its certificate was verified')),
    ...trainingFacts,
  },
  'An outside training',
)

const childProtection = listOf(
  {
    agency: text('The id of the county or Tribal agency: how its rows name it'),
    agency_name: Type.Optional(text('How sentences name it; the id otherwise')),
    hired_on: dayOrNull('The day of hire as a child protection worker'),
    duties_from: dayOrNull('The day child-protection duties began'),
    duties_to: Type.Optional(dayOrNull('Their last day; null while they last')),
    settings: Type.Optional(settings),
    id,
    ...recorded,
    ...ended,
  },
  'Child-protection duties at an agency',
)

export const factsSchema = closed(
  {
    $schema: Type.Optional(Type.String(about('Where an editor finds this schema'))),
    programs: Type.Optional(programs),
    assignments: Type.Optional(assignments),
    completions: Type.Optional(completions),
    outside: Type.Optional(outside),
    child_protection: Type.Optional(childProtection),
    settings: Type.Optional(settings),
  },
  'What is on file about one person',
)

/** Facts as they are written in JSON. */
export type WrittenFacts = Static<typeof factsSchema>
