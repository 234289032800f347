import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import { residentialCourse, specializedCertification } from '#server/law/facts/ruleset.ts'
import type { ClearanceAnswer, RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import type { RuleCode } from '#server/law/reasons/finding.ts'
import { addDays, addMonths, type Day, lastDayOfMonth } from '#server/lib/days.ts'

/** A case that anyone can compute: the facts, the day asked, and what must come out. */
export type ExampleCase = {
  readonly what: string
  readonly facts: WrittenFacts
  readonly on: Day
  readonly requirement?: Expected<RequirementAnswer, 'requirement' | 'program'>
  readonly clearance?: Expected<ClearanceAnswer, 'program'>
  /** The path at which such facts are refused, because they cannot all be true. */
  readonly refused?: string
}

type Expected<T, Key extends keyof T> = Required<Pick<T, Key>> & Partial<T>

export type WorkedExample = {
  readonly number: number
  /** The decision that it shows, where the text was silent: 'I-C1'. */
  readonly decision?: string
  readonly rules: readonly RuleCode[]
  readonly title: string
  readonly cases: readonly ExampleCase[]
}

type Assignment = NonNullable<WrittenFacts['assignments']>[number]

export const home = 'north-star'
export const certified = (from: Day = '2022-01-01') =>
  [{ type: specializedCertification, from, to: null }] as const
export const finished = (completed_on: Day) => ({ course: residentialCourse, approved: true, completed_on })
export const finishedAt = (completed_at: string) => ({
  course: residentialCourse,
  approved: true,
  completed_at,
})
export const initial = { requirement: 'residential-initial', program: home } as const
export const annual = { requirement: 'residential-annual', program: home } as const

/** One person at North Star House. */
export function atNorthStar(
  assignment: Omit<Assignment, 'program'>,
  completions: WrittenFacts['completions'] & object,
  since: Day = '2022-01-01',
): WrittenFacts {
  return {
    programs: [{ id: home, name: 'North Star House', certifications: [...certified(since)] }],
    assignments: [{ program: home, ...assignment }],
    completions,
  }
}

/** Trained in time, then in contact from the next month on. */
export function trainedOn(...days: readonly [Day, ...Day[]]): WrittenFacts {
  const began = addDays(lastDayOfMonth(days[0]), 1)
  return atNorthStar({ hired_on: addMonths(days[0], -1), contact: [{ from: began }] }, days.map(finished))
}

export function yearly(
  what: string,
  days: readonly [Day, ...Day[]],
  on: Day,
  expected: Partial<RequirementAnswer>,
): ExampleCase {
  return { what, facts: trainedOn(...days), on, requirement: { ...annual, ...expected } }
}

type Period = readonly [from: Day, to?: Day]

const [{ type: certificationType }] = certified()

/** North Star House, certified in some periods. */
const certifiedIn = (...periods: readonly Period[]) => [
  {
    id: home,
    name: 'North Star House',
    certifications: periods.map(([from, to]) => ({ type: certificationType, from, to: to ?? null })),
  },
]

export const certifiedThen = (facts: WrittenFacts, ...periods: readonly Period[]): WrittenFacts => ({
  ...facts,
  programs: certifiedIn(...periods),
})

export const keepsMonth = (...days: readonly [Day, ...Day[]]): WrittenFacts => ({
  ...trainedOn(...days),
  settings: { annual_anchor: 'keep-month' },
})

export const twoEmployments = (
  hired: Day,
  left: Day,
  again: Day,
  completions: NonNullable<WrittenFacts['completions']>,
): WrittenFacts => ({
  programs: [{ id: home, name: 'North Star House', certifications: [...certified()] }],
  assignments: [
    { program: home, hired_on: hired, separated_on: left, contact: [{ from: hired, to: left }] },
    { program: home, hired_on: again, contact: [{ from: again }] },
  ],
  completions,
})

export const inContact2024 = { hired_on: '2024-03-01', contact: [{ from: '2024-03-04' }] }
export const pausedCertification = [['2022-01-01', '2024-06-30'], ['2024-09-01']] as const
export const worker = (more: Partial<NonNullable<WrittenFacts['child_protection']>[number]> = {}) => ({
  agency: 'county',
  hired_on: '2024-01-08',
  duties_from: '2024-01-08',
  ...more,
})
export const elsewhere = (more: Partial<NonNullable<WrittenFacts['outside']>[number]>) => ({
  title: 'The same curriculum at another house',
  completed_on: '2024-02-05',
  same_curriculum: true,
  human_trafficking: true,
  certificate_verified: true,
  accepted: true,
  ...more,
})
