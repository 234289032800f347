import type { Facts } from '#server/law/facts/facts.ts'
import type { Day } from '#server/lib/days.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import type {
  Roster,
  RosterAssignment,
  RosterPerson,
} from '#server/programs/roster/employment/roster.queries.ts'
import { verdictsOf } from '#server/standings/verdicts.ts'
import type { Learning } from './learning-on.queries.ts'
import type { TeamRow } from './team.queries.ts'

/** The facts about people that the rules need. */
type TeamFacts = Readonly<{
  roster: Roster
  facts: ReadonlyMap<string, Facts>
  learning: ReadonlyMap<string, Learning>
}>

/** The rows for any day, calculated by the rules from the facts, without stored standings. */
export function teamAsOf({ roster, facts, learning }: TeamFacts, on: Day): readonly TeamRow[] {
  const programs = new Map(roster.programs.map((program) => [program.program_id, program]))
  return roster.people.flatMap((person) => {
    const own = facts.get(person.person_id)
    const learned = learning.get(person.person_id)
    const { standings, clearances } = own
      ? verdictsOf(person.person_id, own, on)
      : { standings: [], clearances: [] }
    return worksOn(person, on).flatMap((assignment): readonly TeamRow[] => {
      const program = programs.get(assignment.program_id)
      if (!program) return []
      const cleared = clearances.find(({ program_id }) => program_id === assignment.program_id)
      return [
        {
          assignment_id: assignment.assignment_id,
          person_id: person.person_id,
          name: person.name,
          program_id: assignment.program_id,
          program: program.name,
          program_kind: program.kind,
          role_title: assignment.role_title,
          unit: assignment.unit,
          worker_type: assignment.worker_type,
          hired_on: assignment.hired_on,
          ...leaveOn(assignment, on),
          contact: cleared?.contact ?? null,
          clearance: cleared?.answer ?? null,
          until_on: cleared?.until_on ?? null,
          computed_on: on,
          is_stale: false,
          standings: standings.filter(({ program_id }) => program_id === assignment.program_id),
          last_active_on: learned?.last_active_on ?? null,
          completed: learned?.completed ?? [],
          own: null,
        },
      ]
    })
  })
}

function leaveOn({ leave }: RosterAssignment, on: Day) {
  const now = leave.filter((period) => includesDay(period, on))
  const ends = now.flatMap(({ to_on }) => to_on ?? []).sort()
  const starts = leave.map(({ from_on }) => from_on).filter((from) => from > on)
  return {
    is_on_leave: now.length > 0,
    leave_until: ends.at(-1) ?? null,
    leave_from: starts.sort()[0] ?? null,
  }
}

/** A person's assignments on a day, one per program: the later one, if one ended on the day another began. */
function worksOn({ assignments }: RosterPerson, on: Day): readonly RosterAssignment[] {
  const held = assignments.filter(({ hired_on, separated_on }) =>
    includesDay({ from_on: hired_on, to_on: separated_on }, on),
  )
  return [...new Map(held.map((one) => [one.program_id, one])).values()]
}
