import { createHash } from 'node:crypto'
import type { Day } from '#server/lib/days.ts'
import { otherName, ownRecordMessage } from '#server/programs/form-problem.ts'
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
  /** Accounts that the file's emails belong to. */
  people: ReadonlyMap<string, Readonly<{ id: string; name: string }>>
  /** Accounts whose name this viewer may not correct. */
  outOfReach: ReadonlySet<string>
  draft: Draft
}>

/**
 * Plans a file's rows one after the other. An empty cell leaves the record as it is. A row is matched to an employment by
 * email and day of hire or, where that day differs, by the one employment that it overlaps, which it then corrects.
 * Contact and leave are matched the same way, by their first day.
 */
export function planner(state: ImportState, newId: () => string) {
  const newPeople = new Map<string, { id: string; name: string; email: string; line: number }>()
  // The name that a row gave for a person who already has an account, changed or not.
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

  function personOf({ email = '', name }: RowSays, line: number): Person | CellProblem {
    const asIs = { changes: [], keep: () => {} }
    const known = state.people.get(email)
    const added = newPeople.get(email)
    if (added)
      return name && !isSameName(name, added.name)
        ? contradictsLine('name', added.line, added.name)
        : { ...asIs, id: added.id }
    if (!known) {
      if (!name) return { column: 'name', message: 'This email is new, so the row needs a name.' }
      const id = newId()
      return { id, changes: [], keep: () => newPeople.set(email, { id, name, email, line }) }
    }
    const already = named.get(known.id)
    if (already && name && !isSameName(name, already.name))
      return contradictsLine('name', already.line, already.name)
    if (!name || already) return { ...asIs, id: known.id }
    const keep = () => named.set(known.id, { id: known.id, name, line })
    if (isSameName(name, known.name)) return { id: known.id, changes: [], keep }
    const isOnRoster = (state.draft.get(known.id) ?? []).length > 0
    if (!isOnRoster || state.outOfReach.has(known.id)) return { column: 'name', message: otherName }
    return { id: known.id, changes: [{ column: 'name', from: known.name, to: name }], keep }
  }

  const changes = (): RosterChanges =>
    changesOf(
      state.draft,
      state.programId,
      [...newPeople.values()].map(({ id, name, email }) => ({ id, name, email })),
      [...state.people.values()].flatMap(({ id, name }) => {
        const given = named.get(id)?.name
        return given && !isSameName(given, name) ? [{ id, name: given }] : []
      }),
    )

  return { takeRow, changes }
}

/** A hash of the planned changes. It leaves out new ids, so planning the same file again gives the same hash. */
export const hashOf = (rows: readonly PlannedRow[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map(({ line, kind, problems, changes }) => [line, kind, problems, changes])))
    .digest('hex')

export function countsOf(rows: readonly PlannedRow[]): ImportCounts {
  const counts: Record<RowKind, number> = { new: 0, changed: 0, unchanged: 0, refused: 0 }
  for (const { kind } of rows) counts[kind]++
  return counts
}
