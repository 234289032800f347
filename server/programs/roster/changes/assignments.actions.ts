import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { latinSpellingNeeded } from '#server/lib/latin-spelling.ts'
import type { NewNotice } from '#server/notices/kinds.ts'
import { findPerson } from '#server/people/queries.ts'
import { otherEmail, otherName, type Problem } from '#server/programs/form-problem.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import {
  findAssignment,
  findKnownByEmail,
  findPersonByEmployeeId,
  findPersonOnRoster,
  listAssignments,
  listOutOfReach,
} from '#server/programs/roster/employment/assignments.queries.ts'
import { listRolesHere } from '#server/programs/roster/employment/roles.queries.ts'
import { isSameName, type Reader, reader, type Typed } from '#server/programs/typed-form.ts'
import {
  type Decided,
  decideCorrection,
  decideSeparation,
  decideTexts,
  decideTitle,
  decideTransfer,
  decideWork,
} from './assignment-forms.ts'
import { type Acting, changeRoster, type RosterAnswer, type RosterDecision } from './roster.actions.ts'
import { noChanges } from './roster-changes.ts'

/** Adds a person to a program's roster: someone with an account, found by email, or someone new. */
export const addToRoster = (
  db: Database,
  acting: Acting,
  programId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    acting,
    [programId],
    async (trx) => {
      const form = reader(typed, dayOf(acting.now))
      const [employeeId, email] = [form.employeeId('employee_id'), form.optionalEmail('email')]
      const known =
        (employeeId ? await findPersonByEmployeeId(trx, programId, employeeId) : undefined) ??
        (email ? await findKnownByEmail(trx, acting.viewer, email) : undefined)
      return { person_id: known?.id ?? randomUUID(), known }
    },
    async (trx, { person_id, known }) => {
      const today = dayOf(acting.now)
      const form = reader(typed, today)
      const name = readName(form)
      const employee_id = form.employeeId('employee_id')
      const email = form.optionalEmail('email')
      if (!email && !employee_id && form.problems.every(({ field }) => field === 'name'))
        form.refuse('email', 'Enter an email or an employee ID. It’s how the person signs in.')
      if (known && email && known.email !== email) form.refuse('email', otherEmail)
      if (known && name && !isSameName(known.name, name)) form.refuse('name', otherName)
      const others = known ? await listAssignments(trx, programId, [known.id]) : []
      const decided = decideWork(typed, today, newIds(programId, person_id), others)
      const problems = [...form.problems, ...(decided.kind === 'problems' ? decided.problems : [])]
      if (decided.kind === 'problems' || problems.length > 0) return { kind: 'problems', problems }
      return saving('person-added', person_id, {
        ...decided,
        changes: {
          ...decided.changes,
          people: known ? [] : [{ id: person_id, name, email, program_id: programId }],
          employeeIds: employee_id ? [{ program_id: programId, person_id, employee_id }] : [],
        },
        facts: { ...decided.facts, has_new_account: !known, ...(employee_id ? { employee_id } : {}) },
      })
    },
  )

function readName(form: Reader): string {
  const name = form.line('name', 'Enter the person’s name, as it should appear on certificates.')
  const needed = latinSpellingNeeded(name)
  if (needed) form.refuse('name', needed)
  return name
}

/** Adds someone who handed over their record: they agreed, so their account is found by itself. */
export const addWithConsent = (
  db: Database,
  acting: Acting,
  programId: string,
  personId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    acting,
    [programId],
    async () => ({ person_id: personId }),
    (trx, { person_id }) => newWork(trx, acting, 'person-added', programId, person_id, typed),
  )

/** Records a new employment for a person who worked here before. */
export const addWork = (
  db: Database,
  acting: Acting,
  programId: string,
  personId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    acting,
    [programId],
    (trx) => findPersonHere(trx, programId, personId),
    (trx, { person_id }) => newWork(trx, acting, 'work-added', programId, person_id, typed),
  )

/** A new employment of someone with an account: their first here, or a return. */
async function newWork(
  trx: Transaction<DB>,
  { now }: Acting,
  act: 'person-added' | 'work-added',
  programId: string,
  personId: string,
  typed: Typed,
): Promise<RosterDecision> {
  const others = await listAssignments(trx, programId, [personId])
  return saving(act, personId, decideWork(typed, dayOf(now), newIds(programId, personId), others))
}

/** Corrects or removes a recorded employment. */
export const correctWork = (
  db: Database,
  acting: Acting,
  programId: string,
  assignmentId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    acting,
    [programId],
    (trx) => findAssignment(trx, programId, assignmentId),
    async (trx, assignment) => {
      if (typed.seen !== assignment.row_id) return changedMeanwhile
      const others = await othersOf(trx, assignment)
      const decided = decideCorrection(typed, dayOf(acting.now), assignment, others)
      return saving('work-corrected', assignment.person_id, decided)
    },
  )

/** A change that the form and the employment decide alone. */
const changeWork =
  (act: string, decide: (typed: Typed, today: Day, assignment: Assignment) => Decided) =>
  (
    db: Database,
    acting: Acting,
    programId: string,
    assignmentId: string,
    typed: Typed,
  ): Promise<RosterAnswer> =>
    changeRoster(
      db,
      acting,
      [programId],
      (trx) => findAssignment(trx, programId, assignmentId),
      (_, assignment) => saving(act, assignment.person_id, decide(typed, dayOf(acting.now), assignment)),
    )

export const separate = changeWork('separated', decideSeparation)

/** Changes the role title from a day on. */
export const changeTitle = changeWork('title-changed', decideTitle)

/** Changes the unit or shift. */
export const changeTexts = changeWork('texts-changed', decideTexts)

/** Moves a person to another program that the viewer administers. */
export async function transfer(
  db: Database,
  acting: Acting,
  programId: string,
  assignmentId: string,
  typed: Typed,
): Promise<RosterAnswer> {
  const to = acting.viewer.administered_program_ids.find((id) => id === typed.to_program && id !== programId)
  if (!to)
    return {
      kind: 'problems',
      problems: [{ field: 'to_program', message: 'Choose the program the person moves to.' }],
    }
  return changeRoster(
    db,
    acting,
    [programId, to],
    (trx) => findAssignment(trx, programId, assignmentId),
    async (trx, assignment) => {
      const { person_id } = assignment
      const there = { ...newIds(to, person_id), assignments: await listAssignments(trx, to, [person_id]) }
      const decided = decideTransfer(typed, dayOf(acting.now), assignment, there)
      const decision = saving('transferred', person_id, decided)
      if (decision.kind !== 'save') return decision
      return { ...decision, notices: await transferNotices(trx, acting, assignment, to, decision.facts) }
    },
  )
}

/** Tells those who look after either program, but for the one who moves the person. */
async function transferNotices(
  trx: Transaction<DB>,
  { viewer, now }: Acting,
  { person_id, program_id, assignment_id }: Assignment,
  to: string,
  { hired_on }: Readonly<Record<string, unknown>>,
): Promise<readonly NewNotice[]> {
  const places = [program_id, to]
  const programs = await Promise.all(places.map((id) => findProgramOf(trx, viewer, id, dayOf(now))))
  const roles = (await Promise.all(places.map((id) => listRolesHere(trx, id)))).flat()
  const person = await findPerson(trx, person_id)
  const [from, there] = programs.map((program) => program?.name ?? '')
  const told = new Set(
    roles.filter(({ role }) => role === 'supervisor' || role === 'program_admin').map((one) => one.person_id),
  )
  told.delete(viewer.id)
  told.delete(person_id)
  return [...told].map((reader) => ({
    person_id: reader,
    kind: 'transferred',
    facts: { person_id, name: person?.name ?? '', from: from ?? '', to: there ?? '', on: String(hired_on) },
    dedupe_key: `transferred ${assignment_id} ${to}`,
  }))
}

/** Corrects a person's name, if the account belongs only to the viewer's programs. */
export const correctName = (
  db: Database,
  acting: Acting,
  programId: string,
  personId: string,
  typed: Typed,
): Promise<RosterAnswer> =>
  changeRoster(
    db,
    acting,
    [programId],
    async (trx) => {
      const person = await findPersonOnRoster(trx, programId, personId)
      return person && { ...person, person_id: person.id }
    },
    async (trx, { person_id, name: from, employee_id: before }) => {
      const form = reader(typed, dayOf(acting.now))
      const employee_id = form.employeeId('employee_id')
      const other = employee_id ? await findPersonByEmployeeId(trx, programId, employee_id) : undefined
      if (other && other.id !== person_id)
        form.refuse('employee_id', `This employee ID belongs to ${other.name}.`)
      const name = readName(form)
      if (name !== from && (await listOutOfReach(trx, acting.viewer, [person_id])).has(person_id))
        form.refuse('name', accountUsedElsewhere)
      if (form.problems.length > 0) return { kind: 'problems', problems: form.problems }
      return saving('name-mended', person_id, {
        kind: 'changes',
        changes: {
          ...noChanges,
          renamed: name === from ? [] : [{ id: person_id, from, name }],
          employeeIds: employee_id ? [{ program_id: programId, person_id, employee_id }] : [],
        },
        reason: '',
        facts: employee_id && employee_id !== before ? { employee_id } : {},
      })
    },
  )

async function findPersonHere(trx: Transaction<DB>, programId: string, personId: string) {
  const person = await findPersonOnRoster(trx, programId, personId)
  return person && { person_id: person.id }
}

const accountUsedElsewhere =
  'You can’t change this account because it is also used outside your programs. Ask a system administrator.'

/** The record changed while the form was open. */
export const changedMeanwhile: Readonly<{ kind: 'problems'; problems: readonly Problem[] }> = {
  kind: 'problems',
  problems: [
    {
      field: 'reason',
      message:
        'Someone else changed this record while the form was open. Nothing was saved. Check the record below, then submit the form again.',
    },
  ],
}

export function saving(act: string, personId: string, decided: Decided): RosterDecision {
  if (decided.kind === 'problems') return decided
  const { changes, reason, facts } = decided
  return { kind: 'save', changes, reason, personId, act, facts }
}

const newIds = (program_id: string, person_id: string) => ({
  program_id,
  person_id,
  assignment_id: randomUUID(),
  period_id: randomUUID(),
})

async function othersOf(trx: Transaction<DB>, { program_id, person_id, assignment_id }: Assignment) {
  const all = await listAssignments(trx, program_id, [person_id])
  return all.filter((other) => other.assignment_id !== assignment_id)
}
