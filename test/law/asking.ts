import type { Facts } from '#server/law/facts/facts.ts'
import { readFacts } from '#server/law/facts/facts-check.ts'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type { RequirementId } from '#server/law/facts/ruleset.ts'
import type { Answer, ClearanceAnswer, RequirementAnswer } from '#server/law/reasons/answer-schema.ts'
import { standing } from '#server/law/standing.ts'
import type { Day } from '#server/lib/days.ts'

/** Checks facts and returns their answers by name. */

type Assignment = NonNullable<WrittenFacts['assignments']>[number]
type Completion = NonNullable<WrittenFacts['completions']>[number]
export type Outside = NonNullable<WrittenFacts['outside']>[number]

export function facts(written: WrittenFacts): Facts {
  const read = readFacts(written)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.facts
}

export function ask(written: WrittenFacts, on: Day, asKnownOn?: Day): Answer {
  return standing(facts(written), on, asKnownOn)
}

export function row(written: WrittenFacts, id: RequirementId, on: Day, place?: string): RequirementAnswer {
  const found = ask(written, on).requirements.find(
    ({ requirement, program }) => requirement === id && (place === undefined || program === place),
  )
  if (!found) throw new Error(`no row for ${id}`)
  return found
}

export const initial = (written: WrittenFacts, on: Day, place?: string) =>
  row(written, 'residential-initial', on, place)
export const annual = (written: WrittenFacts, on: Day, place?: string) =>
  row(written, 'residential-annual', on, place)

export function cleared(written: WrittenFacts, on: Day, place = 'north-star'): ClearanceAnswer {
  const found = ask(written, on).clearance.find(({ program }) => program === place)
  if (!found) throw new Error(`no clearance for ${place}`)
  return found
}

export const done = (completed_on: Day, more: Partial<Completion> = {}): Completion => ({
  course: 'residential-settings',
  approved: true,
  completed_on,
  ...more,
})

export const doneAt = (completed_at: string): Completion => ({
  course: 'residential-settings',
  approved: true,
  completed_at,
})

export const elsewhere = (
  code: string | null,
  completed_on: Day | null,
  more: Partial<Outside> = {},
): Outside => ({
  code,
  title: code ?? 'A webinar',
  provider: null,
  completed_on,
  hours: 6,
  accepted: true,
  human_trafficking: true,
  ...more,
})

/** One person at North Star House, which is certified since 2022 by default. */
export function atNorthStar(
  assignment: Partial<Assignment>,
  completions: readonly Completion[] = [],
  more: WrittenFacts = {},
): WrittenFacts {
  return {
    programs: [
      {
        id: 'north-star',
        name: 'North Star House',
        certifications: [{ type: 'st-cse-at-risk', from: '2022-01-01', to: null }],
      },
    ],
    assignments: [
      { program: 'north-star', hired_on: '2024-02-01', contact: [{ from: '2024-02-10' }], ...assignment },
    ],
    completions: [...completions],
    ...more,
  }
}

export const certifiedBetween = (
  ...periods: readonly (readonly [Day | null, (Day | null)?])[]
): NonNullable<WrittenFacts['programs']> => [
  {
    id: 'north-star',
    name: 'North Star House',
    certifications: periods.map(([from, to]) => ({ type: 'st-cse-at-risk', from, to: to ?? null })),
  },
]
