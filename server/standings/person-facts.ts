import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import type { WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type { Roster } from '#server/programs/roster/roster.queries.ts'
import { workFacts } from '#server/programs/roster/roster-facts.ts'
import type { PersonTrainings } from './facts.queries.ts'

/** One person's facts from the database's rows, in the form that the command line reads too. */
export function writtenFactsOf(
  roster: Roster,
  personId: string,
  trainings: PersonTrainings | undefined,
  interpretations: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): WrittenFacts {
  const person = roster.people.find((one) => one.person_id === personId)
  const work = person
    ? workFacts({ programs: programsOf(roster, person.assignments) }, person)
    : { programs: [], assignments: [], child_protection: [] }
  return {
    programs: work.programs.map((program) => ({
      ...program,
      settings: interpretations.get(program.id) ?? {},
    })),
    assignments: work.assignments,
    child_protection: work.child_protection.map((duties) => ({
      ...duties,
      settings: interpretations.get(agencyId(roster, duties.agency)) ?? {},
    })),
    completions: [...(trainings?.completions ?? [])].map((one) => ({ ...one, verified: [...one.verified] })),
    outside: [...(trainings?.outside ?? [])].map((one) => ({ ...one, verified: [...one.verified] })),
  } as WrittenFacts
}

export const personFacts = (...given: Parameters<typeof writtenFactsOf>): Facts =>
  factsOf(writtenFactsOf(...given))

/** The programs in which a person has an assignment, and no others: what a person's standing depends on. */
const programsOf = (roster: Roster, assignments: readonly { program_id: string }[]) => {
  const ids = new Set(assignments.map(({ program_id }) => program_id))
  return roster.programs.filter(({ program_id }) => ids.has(program_id))
}

/** Agencies are named in explanations; the database knows them by id. */
export const agencyId = (roster: Roster, name: string): string =>
  roster.programs.find((program) => program.kind === 'agency' && program.name === name)?.program_id ?? name
