import type { Day } from '#server/lib/days.ts'
import type { Roster } from '#server/programs/roster.queries.ts'
import type { ClearanceAnswer } from './answer-schema.ts'
import { clearance } from './clearance.ts'
import type { Facts } from './facts.ts'
import { programsOf } from './situation.ts'

/** One line of a shift lead's list. */
export type ClearanceLine = Readonly<{
  person_id: string
  name: string
  role_title: string
  answer: ClearanceAnswer['answer']
  until: Day | null
  because: readonly string[]
}>

/** Everybody who works in a program on a day, with the one answer for each: may they have direct contact? */
export function clearanceList(
  roster: Roster,
  facts: ReadonlyMap<string, Facts>,
  programId: string,
  on: Day,
): readonly ClearanceLine[] {
  return roster.people.flatMap((person) => {
    const own = facts.get(person.person_id)
    const program = own && programsOf(own).find(({ id }) => id === programId)
    const assignment = person.assignments.findLast(({ program_id }) => program_id === programId)
    if (!own || !program || !assignment) return []
    const { answer, until, because } = clearance(own, program, on)
    const { person_id, name } = person
    return [{ person_id, name, role_title: assignment.role_title, answer, until, because }]
  })
}
