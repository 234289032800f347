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

export type Assignment = NonNullable<WrittenFacts['assignments']>[number]

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
