import type { Place } from '#server/programs/queries.ts'
import { columnHeadings, type ImportColumn, importColumns } from './import-columns.ts'
import type { PlannedRow, RowKind } from './import-plan.ts'
import type { RosterImport } from './imports.queries.ts'

export const importPageSize = 50

const kinds = ['refused', 'new', 'changed', 'unchanged'] as const

const kindNames: Readonly<Record<RowKind, string>> = {
  new: 'New',
  changed: 'Changed',
  unchanged: 'Unchanged',
  refused: 'Refused',
}

/** Which rows a check's page shows by default: the ones that need attention first. */
export const kindToShow = ({ counts }: RosterImport, asked: string | undefined): RowKind =>
  kinds.find((kind) => kind === asked) ?? kinds.find((kind) => counts && counts[kind] > 0) ?? 'new'

/** A checked or applied file, with one page of its rows of one kind. */
export function importPage(
  place: Place,
  file: RosterImport,
  kind: RowKind,
  rows: readonly PlannedRow[],
  page: number,
) {
  const base = `/programs/${place.program.id}/imports/${file.id}`
  const counts = file.counts ?? { new: 0, changed: 0, unchanged: 0, refused: 0 }
  // A problem must not be off the edge of a small screen.
  const hasProblem = (column: ImportColumn) =>
    rows.some(({ problems }) => problems.some((one) => one.column === column))
  const columns = importColumns
    .filter((column) => rows.some((row) => isShown(row, column)))
    .toSorted((a, b) => Number(hasProblem(b)) - Number(hasProblem(a)))
  return {
    title: file.state === 'applied' ? 'The file was imported' : 'What this file would do',
    place,
    here: 'imports',
    file,
    counts,
    base,
    kind,
    kindName: kindNames[kind],
    ready: counts.new + counts.changed,
    sentence: sentenceOf(file),
    kinds: kinds
      .filter((one) => counts[one] > 0)
      .map((one) => ({
        name: kindNames[one].toLowerCase(),
        count: counts[one],
        href: `${base}?kind=${one}`,
        isHere: one === kind,
      })),
    columns: columns.map((column) => columnHeadings[column]),
    rows: rows.map((row) => ({
      line: row.line,
      kind: row.kind,
      problem: row.problems.find(({ column }) => column === null)?.message ?? null,
      cells: columns.map((column) => ({
        heading: columnHeadings[column],
        text: row.cells[column] ?? '',
        isEmpty: !isShown(row, column),
        isDay: /^[\d/-]+$/.test(row.cells[column] ?? ''),
        problem: row.problems
          .filter((one) => one.column === column)
          .map(({ message }) => message)
          .join(' '),
        changes: row.changes.filter((one) => one.column === column),
      })),
    })),
    pages: {
      current: page,
      last: Math.max(1, Math.ceil(counts[kind] / importPageSize)),
      href: `${base}?kind=${kind}&page={page}`,
    },
  }
}

const isShown = ({ cells, problems, changes }: PlannedRow, column: ImportColumn) =>
  Boolean(cells[column]) || [...problems, ...changes].some((one) => one.column === column)

function sentenceOf({ state, counts }: RosterImport): string {
  if (!counts) return ''
  const ready = counts.new + counts.changed
  const rows = (many: number) => (many === 1 ? '1 row' : `${many.toLocaleString('en-US')} rows`)
  if (state === 'applied')
    return ready === 1
      ? '1 row was saved.'
      : `${rows(ready)} were saved${counts.refused > 0 ? `; ${counts.refused} could not be` : ''}.`
  if (counts.refused === 0 && ready === 0)
    return 'Everything in this file is already on record. There is nothing to save.'
  const refused =
    counts.refused === 0
      ? 'Every row can be read.'
      : counts.refused === 1
        ? '1 row has a problem.'
        : `${rows(counts.refused)} have problems.`
  const rest =
    ready === 0 ? 'The other rows change nothing.' : `${rows(ready)} ${ready === 1 ? 'is' : 'are'} ready.`
  return `${refused} ${rest} Nothing has been saved yet.`
}

export const stateWords: Readonly<
  Record<RosterImport['state'], { word: string; tone: 'quiet' | 'good' | 'caution' | 'stop' }>
> = {
  checking: { word: 'Checking', tone: 'quiet' },
  checked: { word: 'Checked, not saved', tone: 'caution' },
  applying: { word: 'Saving', tone: 'quiet' },
  applied: { word: 'Saved', tone: 'good' },
  'changed-meanwhile': { word: 'Not saved', tone: 'caution' },
  failed: { word: 'Not saved', tone: 'stop' },
}
