import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { ownRecordMessage, type Problem } from '#server/programs/form-problem.ts'
import { changeTexts, changeTitle, separate } from '#server/programs/roster/changes/assignments.actions.ts'
import { endPeriod, startPeriod } from '#server/programs/roster/changes/periods.actions.ts'
import type { Acting, RosterAnswer } from '#server/programs/roster/changes/roster.actions.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import { listAssignments } from '#server/programs/roster/employment/assignments.queries.ts'
import { type ChangeName, programsFor } from '#server/programs/roster/list/bulk-change-names.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { clearanceOfPeople } from '#server/standings/clearance.actions.ts'
import type { CheckedPerson } from './checked.queries.ts'
import { openPeriod, plannedChange } from './checked-changes.ts'

export type PlannedFor = Readonly<{
  person: CheckedPerson
  /** What changes; empty where nothing can be recorded. */
  says: readonly string[]
  problems: readonly Problem[]
}>

/** What a change would do to each of these people's records. Nothing is saved. */
export async function planChanges(
  db: Database,
  { viewer, now }: Acting,
  change: ChangeName,
  people: readonly CheckedPerson[],
  typed: Typed,
): Promise<readonly PlannedFor[]> {
  const work = await workOf(db, people)
  const within = programsFor(change, viewer)
  const planned: PlannedFor[] = []
  for (const person of people) {
    const refused = (message: string) =>
      planned.push({ person, says: [], problems: [{ field: '', message }] })
    const assignment = work.get(person.assignment_id)
    if (person.person_id === viewer.id) refused(ownRecordMessage)
    else if (!assignment || !within.includes(person.program_id))
      refused(`Only an administrator of ${person.program} can record this.`)
    else {
      const plan = plannedChange(change, typed, dayOf(now), assignment)
      if (plan.kind === 'problems') planned.push({ person, says: [], problems: plan.problems })
      else {
        const { says, contactFrom } = plan
        const warning = contactFrom ? await notClearedOn(db, person, contactFrom) : []
        planned.push({ person, says: [...says, ...warning], problems: [] })
      }
    }
  }
  return planned
}

/** Direct contact may be on record for someone who is not cleared, and then everyone sees that. */
async function notClearedOn(db: Database, { person_id, program_id }: CheckedPerson, on: string) {
  const [line] = await clearanceOfPeople(db, [person_id], program_id, on)
  return line && line.answer !== 'yes' ? [`Not cleared on that day. ${line.because()[0] ?? ''}`] : []
}

/** Records a change for one of the checked people, as if it were recorded alone. */
export async function makeChange(
  db: Database,
  acting: Acting,
  change: ChangeName,
  { program_id, person_id, assignment_id }: CheckedPerson,
  typed: Typed,
): Promise<RosterAnswer> {
  switch (change) {
    case 'leave':
    case 'contact':
      return startPeriod(db, acting, program_id, change, assignment_id, typed)
    case 'return':
    case 'contact-end': {
      const kind = change === 'return' ? 'leave' : 'contact'
      const assignments = await listAssignments(db, program_id, [person_id])
      const assignment = assignments.find((one) => one.assignment_id === assignment_id)
      const period = assignment && openPeriod(assignment, kind)
      return period
        ? endPeriod(db, acting, program_id, kind, period.period_id, typed)
        : { kind: 'refused', message: 'The record has changed since you looked.' }
    }
    case 'unit':
      return changeTexts(db, acting, program_id, assignment_id, { unit: '', ...typed })
    case 'role':
      return changeTitle(db, acting, program_id, assignment_id, { role_title: '', ...typed })
    case 'separation':
      return separate(db, acting, program_id, assignment_id, typed)
  }
}

async function workOf(
  db: Database,
  people: readonly CheckedPerson[],
): Promise<ReadonlyMap<string, Assignment>> {
  const work = new Map<string, Assignment>()
  for (const [programId, here] of Map.groupBy(people, ({ program_id }) => program_id)) {
    const ids = here.map(({ person_id }) => person_id)
    for (const one of await listAssignments(db, programId, ids)) work.set(one.assignment_id, one)
  }
  return work
}
