import type { Day } from '#server/lib/days.ts'
import { otherEmail, otherName } from '#server/programs/form-problem.ts'
import { isSameName, oneLine } from '#server/programs/typed-form.ts'
import type { Draft } from './import-draft.ts'
import { type CellProblem, contradictsLine, type RowSays } from './import-rows.ts'
import type { CellChange } from './import-work.ts'

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
  /** Everyone on the program's roster. */
  roster: ReadonlyMap<string, Readonly<{ name: string; email: string | null }>>
  /** By line: who a row with the name of someone on the roster is about. */
  answers: ReadonlyMap<number, Answer>
  draft: Draft
}>

/** The id of the person on the roster, the earlier line of the file that adds them, or a different person. */
export type Answer = string

export const differentPerson = 'other'

/** Someone on the roster or on an earlier line with the name of a row that would add a person. */
export type Alike = Readonly<{
  id: Answer
  /** The earlier line. Null for someone on the roster. */
  line: number | null
  name: string
  email: string | null
  role_title: string
  hired_on: Day
}>

type NewPerson = Readonly<{
  id: string
  name: string
  email: string | null
  employee_id: string | undefined
  line: number
}>

type Person = Readonly<{ id: string; changes: readonly CellChange[]; keep: () => void }>

/** Who the rows of a file are about, row after row, and what that changes of accounts and employee ids. */
export function peopleOfFile(state: ImportState, newId: () => string) {
  const newPeople: NewPerson[] = []
  // By email, and by employee id.
  const newBy = new Map<string, NewPerson>()
  // By line, and the first with each name.
  const addedOn = new Map<string, NewPerson>()
  const firstNamed = new Map<string, NewPerson>()
  // Employee ids that rows gave, and those on record, by person.
  const numbered = new Map<string, string>()
  const nameOf = new Map(
    [...state.people.values(), ...state.employees.values()].map(({ id, name }) => [id, name]),
  )
  const numberOf = new Map([...state.employees].map(([employeeId, { id }]) => [id, employeeId]))
  // The name that a row gave to someone who is here already, theirs or another.
  const named = new Map<string, { id: string; name: string; line: number }>()

  // Who else an email belongs to, by what was answered about a row.
  const answeredFor = new Map<string, Readonly<{ id: string; name: string }>>()
  const rosterBy = Map.groupBy(state.roster, ([, { name }]) => nameKey(name))

  /** Who a row is about: by what was answered, by employee id, then by email. */
  function personOf(says: RowSays, line: number): Person | CellProblem {
    const { email, employee_id, name } = says
    const answered = answerOn(line) ?? answeredFor.get(email ?? '')
    if (answered) {
      if (email) answeredFor.set(email, answered)
      // Their name stays as it is on record.
      return knownPerson(answered, employee_id ? { employee_id } : {}, line)
    }
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
      addedOn.set(lineAnswer(line), person)
      if (!firstNamed.has(nameKey(name))) firstNamed.set(nameKey(name), person)
      if (email) newBy.set(email, person)
      if (employee_id) newBy.set(keyOfEmployee(employee_id), person)
      if (employee_id) numbered.set(id, employee_id)
    }
    return { id, changes: [], keep }
  }

  function answerOn(line: number) {
    const id = state.answers.get(line) ?? differentPerson
    const added = addedOn.get(id)
    if (added) return { id: added.id, name: added.name }
    const person = state.roster.get(id)
    return person && { id, name: person.name }
  }

  /** Someone else on the roster or on an earlier line who has a new person's name. */
  function alikeOf(name: string | undefined, personId: string, line: number): Alike | null {
    if (!name || state.answers.has(line)) return null
    const onRoster = (rosterBy.get(nameKey(name)) ?? []).find(([id]) => id !== personId)
    const alike = onRoster && workingAs({ id: onRoster[0], ...onRoster[1] })
    if (alike) return { ...alike, line: null }
    const earlier = firstNamed.get(nameKey(name))
    const added = earlier && earlier.id !== personId ? workingAs(earlier) : null
    return earlier && added ? { ...added, id: lineAnswer(earlier.line), line: earlier.line } : null
  }

  function workingAs({ id, name, email }: Pick<NewPerson, 'id' | 'name' | 'email'>) {
    const work = state.draft.get(id)?.at(-1)?.work
    return work ? { id, name, email, role_title: work.role_title, hired_on: work.hired_on } : null
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

  const changes = () => ({
    people: newPeople.map(({ id, name, email }) => ({ id, name, email })),
    renamed: [...named].flatMap(([id, { name }]) => {
      const from = nameOf.get(id)
      return from && !isSameName(name, from) ? [{ id, from, name }] : []
    }),
    employeeIds: [...numbered]
      .filter(([id, employeeId]) => numberOf.get(id) !== employeeId)
      .map(([person_id, employee_id]) => ({ program_id: state.programId, person_id, employee_id })),
  })

  return { personOf, alikeOf, changes }
}

const nameKey = (name: string) => oneLine(name).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

const lineAnswer = (line: number): Answer => `line ${line}`

const keyOfEmployee = (employeeId: string | undefined) => `employee ${employeeId ?? ''}`
