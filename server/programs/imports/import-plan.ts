import { createHash } from 'node:crypto'
import type { Day } from '#server/lib/days.ts'
import { otherEmail, otherName, ownRecordMessage } from '#server/programs/form-problem.ts'
import type { RosterChanges } from '#server/programs/roster/roster-changes.ts'
import { isSameName } from '#server/programs/typed-form.ts'
import { changesOf, type Draft } from './import-draft.ts'
import type { FileRow } from './import-file.ts'
import { type CellProblem, contradictsLine, type RowSays, readRow } from './import-rows.ts'
import { type CellChange, takeWork } from './import-work.ts'

export type RowKind = 'new' | 'changed' | 'unchanged' | 'refused'

export type ImportCounts = Readonly<Record<RowKind, number>>

export type PlannedRow = Readonly<{
  line: number
  kind: RowKind
  cells: FileRow['cells']
  problems: readonly CellProblem[]
  changes: readonly CellChange[]
}>

/** Everything that a file's rows are compared with. */
export type ImportState = Readonly<{
  programId: string
  isAgency: boolean
  viewerId: string
  today: Day
  /** Accounts that the program's employee ids belong to. */
  employees: ReadonlyMap<string, Readonly<{ id: string; name: string; email: string | null }>>
  /** Accounts that the file's emails belong to. */
  people: ReadonlyMap<string, Readonly<{ id: string; name: string }>>
  /** Accounts whose name this viewer may not correct. */
  outOfReach: ReadonlySet<string>
  draft: Draft
}>

type NewPerson = Readonly<{
  id: string
  name: string
  email: string | null
  employee_id: string | undefined
  line: number
}>

/**
 * Plans a file's rows one after the other. An empty cell leaves the record as it is. A row is matched to an employment by
 * email and day of hire or, where that day differs, by the one employment that it overlaps, which it then corrects.
 * Contact and leave are matched the same way, by their first day.
 */
export function planner(state: ImportState, newId: () => string) {
  const newPeople: NewPerson[] = []
  // By email, and by employee id.
  const newBy = new Map<string, NewPerson>()
  // Employee ids that rows gave, and those on record, by person.
  const numbered = new Map<string, string>()
  const nameOf = new Map(
    [...state.people.values(), ...state.employees.values()].map(({ id, name }) => [id, name]),
  )
  const numberOf = new Map([...state.employees].map(([employeeId, { id }]) => [id, employeeId]))
  // The name that a row gave to someone who is here already, theirs or another.
  const named = new Map<string, { id: string; name: string; line: number }>()

  function takeRow(row: FileRow): PlannedRow {
    const { says, problems } = readRow(row, state.today, state.isAgency)
    const planned = (kind: RowKind, rest: Partial<PlannedRow> = {}): PlannedRow => ({
      line: row.line,
      cells: row.cells,
      kind,
      problems: [],
      changes: [],
      ...rest,
    })
    if (problems.length > 0) return planned('refused', { problems })
    const person = personOf(says, row.line)
    if ('column' in person) return planned('refused', { problems: [person] })
    const works = state.draft.get(person.id) ?? []
    const taken = takeWork(works, person.id, says, row.line, newId)
    if ('column' in taken) return planned('refused', { problems: [taken] })
    const changes = [...person.changes, ...taken.changes]
    if (person.id === state.viewerId && (taken.isNew || changes.length > 0))
      return planned('refused', { problems: [{ column: null, message: ownRecordMessage }] })
    person.keep()
    state.draft.set(person.id, taken.works)
    if (taken.isNew) return planned('new')
    return changes.length > 0 ? planned('changed', { changes }) : planned('unchanged')
  }

  type Person = { id: string; changes: readonly CellChange[]; keep: () => void }

  /** Who a row is about: by employee id, then by email. */
  function personOf(says: RowSays, line: number): Person | CellProblem {
    const { email, employee_id, name } = says
    const employee = employee_id ? state.employees.get(employee_id) : undefined
    if (employee && email && employee.email !== email) return { column: 'email', message: otherEmail }
    const added = newBy.get(keyOfEmployee(employee_id)) ?? newBy.get(email ?? '')
    if (added)
      return name && !isSameName(name, added.name)
        ? contradictsLine('name', added.line, added.name)
        : { id: added.id, changes: [], keep: () => {} }
    const known = employee ?? (email ? state.people.get(email) : undefined)
    if (known) return knownPerson(known, says, line)
    if (!name)
      return {
        column: 'name',
        message: 'No one here has this email or employee ID yet, so the row needs a name.',
      }
    const id = newId()
    const keep = () => {
      const person = { id, name, email: email ?? null, employee_id, line }
      newPeople.push(person)
      if (email) newBy.set(email, person)
      if (employee_id) newBy.set(keyOfEmployee(employee_id), person)
      if (employee_id) numbered.set(id, employee_id)
    }
    return { id, changes: [], keep }
  }

  function knownPerson(
    known: Readonly<{ id: string; name: string }>,
    { employee_id, name }: RowSays,
    line: number,
  ): Person | CellProblem {
    const changes: CellChange[] = []
    const before = numbered.get(known.id) ?? numberOf.get(known.id) ?? ''
    if (employee_id && employee_id !== before)
      changes.push({ column: 'employee_id', from: before, to: employee_id })
    const already = named.get(known.id)
    if (already && name && !isSameName(name, already.name))
      return contradictsLine('name', already.line, already.name)
    const keep = () => {
      if (employee_id) numbered.set(known.id, employee_id)
      if (name && !already) named.set(known.id, { id: known.id, name, line })
    }
    if (!name || already || isSameName(name, known.name)) return { id: known.id, changes, keep }
    const isOnRoster = (state.draft.get(known.id) ?? []).length > 0
    if (!isOnRoster || state.outOfReach.has(known.id)) return { column: 'name', message: otherName }
    return { id: known.id, changes: [{ column: 'name', from: known.name, to: name }, ...changes], keep }
  }

  const changes = (): RosterChanges =>
    changesOf(state.draft, state.programId, {
      people: newPeople.map(({ id, name, email }) => ({ id, name, email })),
      renamed: [...named].flatMap(([id, { name }]) => {
        const from = nameOf.get(id)
        return from && !isSameName(name, from) ? [{ id, from, name }] : []
      }),
      employeeIds: [...numbered]
        .filter(([id, employeeId]) => numberOf.get(id) !== employeeId)
        .map(([person_id, employee_id]) => ({ program_id: state.programId, person_id, employee_id })),
    })

  return { takeRow, changes }
}

const keyOfEmployee = (employeeId: string | undefined) => `employee ${employeeId ?? ''}`

/** What the rows would do, however often they are planned: ids that are new each time are no part of it. */
export const hashOf = (rows: readonly PlannedRow[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map(({ line, kind, problems, changes }) => [line, kind, problems, changes])))
    .digest('hex')

export function countsOf(rows: readonly PlannedRow[]): ImportCounts {
  const counts: Record<RowKind, number> = { new: 0, changed: 0, unchanged: 0, refused: 0 }
  for (const { kind } of rows) counts[kind]++
  return counts
}
