import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { formatDay } from '#server/lib/days.ts'
import { hireConfirmers } from '#server/people/granting.ts'
import { askSecondPerson } from '#server/programs/second-person/requests.actions.ts'
import type { HireFacts } from '#server/programs/second-person/requests.queries.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'
import { listSecondPeople } from '#server/programs/second-person/second-people.queries.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { addToRoster, addWork, correctWork, transfer } from './assignments.actions.ts'
import type { Acting, Actor, RosterAnswer } from './roster.actions.ts'

/** A change that sets a day of hire. */
export type Hire = Readonly<{
  act: HireFacts['act']
  programId: string
  personId: string | null
  assignmentId: string | null
  typed: Typed
}>

/** Records a hire. If its day is long past, it waits for a second person, as it was typed. */
export async function recordHire(db: Database, acting: Acting, hire: Hire): Promise<RosterAnswer> {
  const answer = await applyHire(db, acting, hire)
  if (answer.kind === 'second-person') await askAboutHire(db, acting, hire, answer)
  return answer
}

/** Does what the form says. */
export function applyHire(db: Database, acting: Acting, hire: Hire): Promise<RosterAnswer> {
  const { act, programId, typed } = hire
  switch (act) {
    case 'add':
      return addToRoster(db, acting, programId, typed)
    case 'return':
      return addWork(db, acting, programId, hire.personId ?? '', typed)
    case 'correction':
      return correctWork(db, acting, programId, hire.assignmentId ?? '', typed)
    case 'transfer':
      return transfer(db, acting, programId, hire.assignmentId ?? '', typed)
  }
}

const askAboutHire = (
  db: Database,
  { viewer, now }: Actor,
  { act, programId, assignmentId, typed }: Hire,
  { personId, name, hired_on }: Readonly<{ personId: string | null; name: string; hired_on: string }>,
): Promise<void> =>
  writeEvidence(db, async (trx) => {
    const scope = await findScope(trx, { program_id: programId, holder_id: null })
    if (!scope) return
    const asked = { firstId: viewer.id, aboutId: personId, askedAt: now, now }
    const given = Object.fromEntries(
      Object.entries(typed).filter((pair): pair is [string, string] => Boolean(pair[1])),
    )
    await askSecondPerson(
      trx,
      {
        kind: 'hire',
        facts: { act, assignment_id: assignmentId, name, hired_on, typed: given },
        person_id: personId,
        program_id: programId,
        holder_id: null,
        requested_by: viewer.id,
        what: `The hire of ${name} on ${formatDay(hired_on)} at ${scope.where}`,
      },
      await listSecondPeople(trx, scope, hireConfirmers, asked),
      now,
    )
  })
