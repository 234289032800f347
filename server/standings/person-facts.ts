import { type Facts, factsOf } from '#server/law/facts/facts.ts'
import type { CertificationType, WrittenFacts } from '#server/law/facts/facts-schema.ts'
import type {
  Roster,
  RosterAssignment,
  RosterPeriod,
  RosterProgram,
} from '#server/programs/roster/employment/roster.queries.ts'
import type { PersonTrainings } from './facts.queries.ts'

type Settings = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/** One person's facts from database rows, by id, in the same form that the `standing` command reads. */
export function writtenFactsOf(
  roster: Roster,
  personId: string,
  trainings: PersonTrainings | undefined,
  settings: Settings,
): WrittenFacts {
  const assignments = roster.people.find(({ person_id }) => person_id === personId)?.assignments ?? []
  // Only the programs where the person has an assignment, because their standing depends on no others.
  const programs = roster.programs.filter(({ program_id }) =>
    assignments.some((assignment) => assignment.program_id === program_id),
  )
  const agencies = new Map(
    programs.filter(({ kind }) => kind === 'agency').map((agency) => [agency.program_id, agency]),
  )
  return {
    programs: programs
      .filter(({ program_id }) => !agencies.has(program_id))
      .map((program) => programFacts(program, settings)),
    assignments: assignments
      .filter(({ program_id }) => !agencies.has(program_id))
      .map(({ assignment_id, program_id, hired_on, separated_on, contact, leave }) => ({
        id: assignment_id,
        program: program_id,
        hired_on,
        separated_on,
        contact: contact.map((period) => ({ ...periodFacts(period), from_at: period.from_at })),
        leave: leave.map(periodFacts),
      })),
    child_protection: assignments.flatMap((assignment) => {
      const agency = agencies.get(assignment.program_id)
      return agency && assignment.duties_from ? [dutiesFacts(assignment, agency, settings)] : []
    }),
    completions: (trainings?.completions ?? []).map((one) => ({
      ...one,
      verified: [...one.verified],
      confirmed: [...one.confirmed],
    })),
    outside: (trainings?.outside ?? []).map((one) => ({ ...one, verified: [...one.verified] })),
  }
}

export const personFacts = (...given: Parameters<typeof writtenFactsOf>): Facts =>
  factsOf(writtenFactsOf(...given))

function programFacts({ program_id, name, holder, certifications }: RosterProgram, settings: Settings) {
  return {
    id: program_id,
    name,
    holder,
    certifications: certifications.map(({ type, ...period }) => ({
      ...periodFacts(period),
      type: type as CertificationType,
    })),
    settings: settings.get(program_id) ?? {},
  }
}

function dutiesFacts(
  { assignment_id, hired_on, separated_on, duties_from, duties_to }: RosterAssignment,
  agency: RosterProgram,
  settings: Settings,
) {
  // Duties end on the last day of work.
  const hasLeftFirst = duties_to && separated_on && separated_on < duties_to
  return {
    id: assignment_id,
    agency: agency.program_id,
    agency_name: agency.name,
    hired_on,
    duties_from,
    duties_to: hasLeftFirst ? separated_on : (duties_to ?? separated_on),
    settings: settings.get(agency.program_id) ?? {},
  }
}

const periodFacts = ({ id, from_on, to_on }: Pick<RosterPeriod, 'id' | 'from_on' | 'to_on'>) => ({
  id,
  from: from_on,
  to: to_on,
})
