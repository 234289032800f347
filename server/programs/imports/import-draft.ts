import { noChanges, type RosterChanges, workOf } from '#server/programs/roster/changes/roster-changes.ts'
import type { Assignment, Work } from '#server/programs/roster/employment/assignment.ts'
import type { Period, PeriodKind } from '#server/programs/roster/employment/periods.ts'
import type { ImportColumn } from './import-columns.ts'

/** A period of the draft, with the lines of the file that set its days, if any. */
export type DraftPeriod = Readonly<
  Omit<Period, 'row_id'> & { fromLine: number | null; toLine: number | null; isChanged: boolean }
>

/** An assignment as it would be after the rows so far. */
export type DraftWork = Readonly<{
  assignment_id: string
  person_id: string
  work: Work
  contact: readonly DraftPeriod[]
  leave: readonly DraftPeriod[]
  removed: readonly Readonly<{ kind: PeriodKind; id: string }>[]
  /** For each column, the line of the file that set its value. */
  said: Readonly<Partial<Record<ImportColumn, number>>>
  isChanged: boolean
}>

/** The roster as the rows so far would change it, by person. */
export type Draft = Map<string, readonly DraftWork[]>

export function draftOf(assignments: readonly Assignment[]): Draft {
  const draft: Draft = new Map()
  for (const assignment of assignments) {
    const { assignment_id, person_id } = assignment
    const untouched = ({ period_id, from_on, from_at, to_on }: Period): DraftPeriod => ({
      period_id,
      from_on,
      from_at,
      to_on,
      fromLine: null,
      toLine: null,
      isChanged: false,
    })
    const work: DraftWork = {
      assignment_id,
      person_id,
      work: workOf(assignment),
      contact: assignment.contact.map(untouched),
      leave: assignment.leave.map(untouched),
      removed: [],
      said: {},
      isChanged: false,
    }
    draft.set(person_id, [...(draft.get(person_id) ?? []), work])
  }
  return draft
}

/** The changes that turn the record into the draft. */
export function changesOf(
  draft: Draft,
  programId: string,
  accounts: Pick<RosterChanges, 'people' | 'renamed' | 'employeeIds'>,
): RosterChanges {
  const works = [...draft.values()].flat()
  return {
    ...noChanges,
    ...accounts,
    assignments: works
      .filter(({ isChanged }) => isChanged)
      .map(({ assignment_id, person_id, work }) => ({
        assignment_id,
        person_id,
        program_id: programId,
        ...work,
      })),
    periods: works.flatMap((work) =>
      (['contact', 'leave'] as const).flatMap((kind) =>
        work[kind]
          .filter(({ isChanged }) => isChanged)
          .map(({ period_id, from_on, from_at, to_on }) => ({
            kind,
            period_id,
            assignment_id: work.assignment_id,
            from_on,
            from_at,
            to_on,
          })),
      ),
    ),
    removed: works.flatMap(({ removed }) => removed),
  }
}
