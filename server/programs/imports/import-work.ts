import { periodWords } from '#server/programs/recorded-period.ts'
import { type Work, workerTypeNames, workProblem } from '#server/programs/roster/employment/assignment.ts'
import { overlaps } from '#server/programs/roster/employment/periods.ts'
import { isWorkText, workTexts, workTextsBy } from '#server/programs/roster/employment/work-texts.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import type { ImportColumn } from './import-columns.ts'
import type { DraftWork } from './import-draft.ts'
import { emptyWord, takePeriod } from './import-period.ts'
import { type CellProblem, contradictsLine, type RowSays } from './import-rows.ts'

export type CellChange = Readonly<{ column: ImportColumn; from: string; to: string }>

type Taken = Readonly<{ works: readonly DraftWork[]; changes: readonly CellChange[]; isNew: boolean }>

const workColumns = [
  'worker_type',
  ...workTexts.map(({ name }) => name),
  'hired_on',
  'separated_on',
  'duties_from',
] as const

/** Applies a row to a person's employment, or says why it can't be applied. */
export function takeWork(
  works: readonly DraftWork[],
  personId: string,
  says: RowSays,
  line: number,
  newId: () => string,
): Taken | CellProblem {
  const found = findWork(works, says)
  if (found && 'column' in found) return found
  const others = works.filter((one) => one !== found)
  const before = found?.work
  if (!before && !says.worker_type)
    return { column: 'worker_type', message: 'Enter employee, contractor, volunteer, or student.' }
  const retitled = before && laterTitleProblem(before, says.role_title)
  if (retitled) return retitled
  const work = workAfter(before, says)
  const workChanges = before ? changesBetween(before, work) : []
  for (const { column, from } of workChanges) {
    const earlier = found?.said[column]
    if (earlier) return contradictsLine(column, earlier, from)
  }
  const problem = workProblem(
    work,
    others.map((other) => other.work),
  )
  if (problem) return { column: problem.field as ImportColumn, message: problem.message }
  const said = { ...found?.said }
  for (const column of workColumns) if (says[column]) said[column] ??= line
  let draft: DraftWork = found
    ? { ...found, work, said, isChanged: found.isChanged || workChanges.length > 0 }
    : {
        assignment_id: newId(),
        person_id: personId,
        work,
        contact: [],
        leave: [],
        removed: [],
        said,
        isChanged: true,
      }
  const changes = [...workChanges]
  for (const kind of ['contact', 'leave'] as const) {
    const taken = takePeriod(kind, draft, says[`${kind}_from`], says[`${kind}_to`], line, newId)
    if ('column' in taken) return taken
    draft = taken.draft
    changes.push(...taken.changes)
  }
  const early = [...draft.contact, ...draft.leave].find(({ from_on }) => from_on < work.hired_on)
  if (early)
    return {
      column: 'hired_on',
      message: `Contact or leave ${periodWords(early)} is on record. It begins before this day.`,
    }
  return { works: [...others, draft], changes: found ? changes : [], isNew: !found }
}

/** The employment as on record, with what the row says of it. */
const workAfter = (before: Work | undefined, says: RowSays): Work => ({
  worker_type: says.worker_type ?? before?.worker_type ?? 'employee',
  ...workTextsBy((name) => says[name] ?? before?.[name] ?? ''),
  ...(before && before.later_titles.length > 0 && { role_title: before.role_title }),
  later_titles: before?.later_titles ?? [],
  hired_on: says.hired_on ?? before?.hired_on ?? '',
  separated_on: says.separated_on ?? before?.separated_on ?? null,
  duties_from: says.duties_from ?? before?.duties_from ?? null,
  duties_to: before?.duties_to ?? null,
})

/** A file has one title and no day. Where titles change from a day on, it may name any of them, and changes none. */
function laterTitleProblem({ role_title, later_titles }: Work, says: string | undefined): CellProblem | null {
  const titles = [role_title, ...later_titles.map((one) => one.role_title)]
  if (later_titles.length === 0 || !says || titles.includes(says)) return null
  return {
    column: 'role_title',
    message: `On record: ${new Intl.ListFormat('en-US').format(titles.map((title) => `“${title}”`))}. Change it on the person’s page, from a day on.`,
  }
}

/** The employment that a row is about. Undefined when it is new. */
function findWork(works: readonly DraftWork[], says: RowSays): DraftWork | CellProblem | undefined {
  const { hired_on, separated_on = null } = says
  if (!hired_on) {
    if (works.length === 1) return works[0]
    return {
      column: 'hired_on',
      message: 'Enter the day of hire so we know which employment this row is about.',
    }
  }
  const exact = works.find(({ work }) => work.hired_on === hired_on)
  if (exact) return exact
  const period = { from_on: hired_on, to_on: separated_on }
  const near = works.filter(({ work }) =>
    overlaps({ from_on: work.hired_on, to_on: work.separated_on }, period),
  )
  if (near.length > 1)
    return { column: 'hired_on', message: 'This overlaps more than one employment on record.' }
  return near[0]
}

function changesBetween(before: Work, after: Work): CellChange[] {
  return workColumns
    .filter((column) => before[column] !== after[column])
    .map((column) => ({ column, from: words(column, before[column]), to: words(column, after[column]) }))
}

function words(column: ImportColumn, value: string | null): string {
  if (value === null || value === '') return emptyWord
  if (column === 'worker_type') return workerTypeNames[value as Work['worker_type']]
  return isWorkText(column) ? value : typedDay(value)
}
