import type { Day } from '#server/lib/days.ts'
import type { Roster } from '#server/programs/roster.queries.ts'
import type { Facts } from '#server/requirements/facts.ts'
import { verdictsOf } from '#server/requirements/verdicts.ts'
import type { TeamRow } from './queries.ts'

/** The same rows for another day, computed from the facts by the same rules; nothing stored is asked. */
export function teamAsOf(roster: Roster, facts: ReadonlyMap<string, Facts>, on: Day): readonly TeamRow[] {
  return roster.people.flatMap((person) => {
    const own = facts.get(person.person_id)
    const { standings, clearances } = own
      ? verdictsOf(person.person_id, own, roster, on)
      : { standings: [], clearances: [] }
    return person.assignments
      .filter(({ hired_on, separated_on }) => hired_on <= on && (separated_on === null || separated_on >= on))
      .flatMap((assignment): readonly TeamRow[] => {
        const program = roster.programs.find(({ program_id }) => program_id === assignment.program_id)
        if (!program) return []
        const cleared = clearances.find(({ program_id }) => program_id === assignment.program_id)
        return [
          {
            person_id: person.person_id,
            name: person.name,
            program_id: assignment.program_id,
            program: program.name,
            program_kind: program.kind,
            role_title: assignment.role_title,
            worker_type: assignment.worker_type,
            hired_on: assignment.hired_on,
            is_on_leave: assignment.leave.some(
              ({ from_on, to_on }) => from_on <= on && (to_on === null || to_on >= on),
            ),
            contact: cleared?.contact ?? null,
            clearance: cleared?.answer ?? null,
            until_on: cleared?.until_on ?? null,
            because: cleared?.because ?? null,
            computed_on: on,
            standings: standings.filter(({ program_id }) => program_id === assignment.program_id),
            under_way: null,
            last_active_on: null,
          },
        ]
      })
  })
}
