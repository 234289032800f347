import { randomUUID } from 'node:crypto'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { lockProgramsOf } from '#server/programs/roster/assignments.queries.ts'
import { EmailTaken, saveRosterChanges } from '#server/programs/roster/roster.actions.ts'
import { noChanges, type RosterChanges } from '#server/programs/roster/roster-changes.ts'
import type { Draft } from './import-draft.ts'
import { draftOf } from './import-draft.ts'
import { readImportFile } from './import-file.ts'
import {
  type Attempt,
  chunks,
  endImport,
  type ImportJob,
  type Progress,
  planRows,
  working,
} from './import-job.actions.ts'
import { countsOf, hashOf, planner } from './import-plan.ts'
import { findImportFile, findImportState, type Importer, type ImportFile } from './imports.queries.ts'

/**
 * Applies a checked file in one transaction: every valid row, or nothing. If the roster changed since the check, nothing
 * is saved, because the changes would differ from the ones the person confirmed.
 */
export const applyImport = (
  { db, afterChange }: Readonly<{ db: Database; afterChange: AfterChange }>,
  job: ImportJob,
  attempt: Attempt,
  now: Date,
): Promise<void> =>
  working(db, job, 'applying', attempt, async ({ program_id }, viewer, progress) => {
    const acting = { viewer, now, afterChange }
    const isApplied = await writeEvidence(db, async (trx) => {
      if (!(await lockProgramsOf(trx, viewer, [program_id]))) return false
      // Read under the lock: of two attempts at once, the second finds that it is done.
      const file = await findImportFile(trx, job.importId)
      return file?.state === 'applying' && apply(trx, acting, file, progress)
    }).catch((error) => {
      if (error instanceof EmailTaken) return false
      throw error
    })
    if (isApplied) return
    await db
      .transaction()
      .execute((trx) => endImport(trx, job.importId, 'applying', { state: 'changed-meanwhile' }))
  })

type Acting = Readonly<{ viewer: Importer; now: Date; afterChange: AfterChange }>

async function apply(
  trx: EvidenceTransaction,
  acting: Acting,
  file: ImportFile,
  progress: Progress,
): Promise<boolean> {
  if (!file.file) return false
  const read = readImportFile(file.file)
  if (read.kind === 'unreadable') return false
  const { assignments, ...state } = await findImportState(
    trx,
    acting.viewer,
    file.program_id,
    read.rows,
    dayOf(acting.now),
  )
  const draft = draftOf(assignments)
  const { rows, changes } = await planRows(read.rows, planner({ ...state, draft }, randomUUID), () => {})
  if (hashOf(rows) !== file.plan_hash) return false
  const people = peopleIn(changes, draft)
  const steps = changes.assignments.length + changes.periods.length + people.length
  let done = 0
  const step = (some: number) => {
    done += some
    progress(Math.round((done / Math.max(1, steps)) * rows.length), rows.length)
  }
  const reason = `From the file ${file.file_name}`
  await saveRosterChanges(
    trx,
    acting,
    { ...noChanges, people: changes.people, renamed: changes.renamed, employeeIds: changes.employeeIds },
    reason,
  )
  for (const assignments of chunks(changes.assignments)) {
    await saveRosterChanges(trx, acting, { ...noChanges, assignments }, reason)
    step(assignments.length)
  }
  for (const periods of chunks(changes.periods)) {
    await saveRosterChanges(trx, acting, { ...noChanges, periods }, reason)
    step(periods.length)
  }
  await saveRosterChanges(trx, acting, { ...noChanges, removed: changes.removed }, reason)
  for (const some of chunks(people)) {
    await acting.afterChange(trx, some, acting.now)
    step(some.length)
  }
  const isFinished = await endImport(trx, file.id, 'applying', {
    state: 'applied',
    finished_at: acting.now,
    file: null,
    rows_done: rows.length,
  })
  if (!isFinished) throw new Error('The import was canceled while it was running.')
  trx.record({
    kind: 'roster-changed',
    actor_id: acting.viewer.id,
    subject: `program:${file.program_id}`,
    facts: {
      act: 'file-applied',
      program_id: file.program_id,
      import_id: file.id,
      file_sha256: file.sha256,
      plan_sha256: hashOf(rows),
      rows: countsOf(rows),
    },
    at: acting.now,
  })
  return true
}

/** Everyone whose facts the file changes, in a fixed order, so that two imports of the same people can't deadlock. */
function peopleIn({ assignments, periods, renamed }: RosterChanges, draft: Draft): readonly string[] {
  const changed = new Set([...assignments, ...periods].map(({ assignment_id }) => assignment_id))
  const works = [...draft.values()].flat()
  const touched = works.filter(
    ({ assignment_id, removed }) => changed.has(assignment_id) || removed.length > 0,
  )
  return [...new Set([...touched.map(({ person_id }) => person_id), ...renamed.map(({ id }) => id)])].sort()
}
