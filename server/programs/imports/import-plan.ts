import { createHash } from 'node:crypto'
import { ownRecordMessage } from '#server/programs/form-problem.ts'
import type { RosterChanges } from '#server/programs/roster/changes/roster-changes.ts'
import { changesOf } from './import-draft.ts'
import type { FileRow } from './import-file.ts'
import { type Alike, type ImportState, peopleOfFile } from './import-people.ts'
import { type CellProblem, readRow } from './import-rows.ts'
import { type CellChange, takeWork } from './import-work.ts'

export type RowKind = 'new' | 'changed' | 'unchanged' | 'refused'

export type ImportCounts = Readonly<Record<RowKind, number>>

export type PlannedRow = Readonly<{
  line: number
  kind: RowKind
  cells: FileRow['cells']
  problems: readonly CellProblem[]
  changes: readonly CellChange[]
  /** Someone on the roster whom this new row may be about. */
  alike: Alike | null
}>

/**
 * Plans a file's rows one after the other. An empty cell leaves the record as it is. A row is matched to an employment by
 * email and day of hire or, where that day differs, by the one employment that it overlaps, which it then corrects.
 * Contact and leave are matched the same way, by their first day.
 */
export function planner(state: ImportState, newId: () => string) {
  const people = peopleOfFile(state, newId)

  function takeRow(row: FileRow): PlannedRow {
    const { says, problems } = readRow(row, state.today, state.isAgency)
    const planned = (kind: RowKind, rest: Partial<PlannedRow> = {}): PlannedRow => ({
      line: row.line,
      cells: row.cells,
      kind,
      problems: [],
      changes: [],
      alike: null,
      ...rest,
    })
    if (problems.length > 0) return planned('refused', { problems })
    const person = people.personOf(says, row.line)
    if ('column' in person) return planned('refused', { problems: [person] })
    const works = state.draft.get(person.id) ?? []
    const taken = takeWork(works, person.id, says, row.line, newId)
    if ('column' in taken) return planned('refused', { problems: [taken] })
    const changes = [...person.changes, ...taken.changes]
    if (person.id === state.viewerId && (taken.isNew || changes.length > 0))
      return planned('refused', { problems: [{ column: null, message: ownRecordMessage }] })
    person.keep()
    state.draft.set(person.id, taken.works)
    // Someone who is here already may have changed their email.
    const alike = works.length === 0 ? people.alikeOf(says.name, person.id, row.line) : null
    if (taken.isNew) return planned('new', { alike })
    return changes.length > 0 ? planned('changed', { changes }) : planned('unchanged')
  }

  const changes = (): RosterChanges => changesOf(state.draft, state.programId, people.changes())

  return { takeRow, changes }
}

/** What the rows would do, however often they are planned: ids that are new each time are no part of it. */
export const hashOf = (rows: readonly PlannedRow[]): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        rows.map(({ line, kind, problems, changes, alike }) => [line, kind, problems, changes, alike?.id]),
      ),
    )
    .digest('hex')

export function countsOf(rows: readonly PlannedRow[]): ImportCounts {
  const counts: Record<RowKind, number> = { new: 0, changed: 0, unchanged: 0, refused: 0 }
  for (const { kind } of rows) counts[kind]++
  return counts
}
