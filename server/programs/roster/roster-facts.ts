import type { Roster, RosterPerson } from './roster.queries.ts'

type Period = { id: string; from: string; to: string | null }

/**
 * What the rules of time take, for one person of a roster: programs, assignments and child-protection duties. What
 * they completed is added by whoever asks.
 */
export type WorkFacts = {
  programs: {
    id: string
    name: string
    holder: string
    certifications: (Period & { type: CertificationType })[]
  }[]
  assignments: {
    id: string
    program: string
    hired_on: string
    separated_on: string | null
    contact: (Period & { from_at: string | null })[]
    leave: Period[]
  }[]
  child_protection: {
    id: string
    agency: string
    hired_on: string
    duties_from: string
    duties_to: string | null
  }[]
}

export const certificationTypes = [
  'st-cse-at-risk',
  'qrtp',
  'pregnant-and-parenting',
  'supervised-independent-living',
] as const

export type CertificationType = (typeof certificationTypes)[number]

export function workFacts(roster: Pick<Roster, 'programs'>, { assignments }: RosterPerson): WorkFacts {
  const agencies = new Map(
    roster.programs.filter(({ kind }) => kind === 'agency').map((agency) => [agency.program_id, agency]),
  )
  return {
    programs: roster.programs
      .filter(({ kind }) => kind === 'licensed')
      .map((program) => ({
        id: program.program_id,
        name: program.name,
        holder: program.holder,
        certifications: program.certifications.map(({ id, type, from_on, to_on }) => ({
          id,
          type: type as CertificationType,
          from: from_on,
          to: to_on,
        })),
      })),
    assignments: assignments
      .filter(({ program_id }) => !agencies.has(program_id))
      .map((assignment) => ({
        id: assignment.assignment_id,
        program: assignment.program_id,
        hired_on: assignment.hired_on,
        separated_on: assignment.separated_on,
        contact: assignment.contact.map((period) => ({ ...stretch(period), from_at: period.from_at })),
        leave: assignment.leave.map(stretch),
      })),
    child_protection: assignments.flatMap(
      ({ assignment_id, program_id, hired_on, separated_on, duties_from, duties_to }) => {
        const agency = agencies.get(program_id)
        if (!agency || !duties_from) return []
        // Who has left has no duties any more.
        const to =
          duties_to && separated_on && separated_on < duties_to ? separated_on : (duties_to ?? separated_on)
        return [{ id: assignment_id, agency: agency.name, hired_on, duties_from, duties_to: to }]
      },
    ),
  }
}

const stretch = ({ id, from_on, to_on }: { id: string; from_on: string; to_on: string | null }): Period => ({
  id,
  from: from_on,
  to: to_on,
})
