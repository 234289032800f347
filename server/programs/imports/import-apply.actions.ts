import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { hireConfirmers } from '#server/people/granting.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import {
  type Acting,
  type Actor,
  EmailTaken,
  listBackdated,
  saveRosterChanges,
} from '#server/programs/roster/changes/roster.actions.ts'
import { noChanges, type RosterChanges } from '#server/programs/roster/changes/roster-changes.ts'
import { lockProgramsOf } from '#server/programs/roster/employment/assignments.queries.ts'
import { askSecondPerson } from '#server/programs/second-person/requests.actions.ts'
import { type FileFacts, findFileRequest } from '#server/programs/second-person/requests.queries.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'
import { listSecondPeople } from '#server/programs/second-person/second-people.queries.ts'
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
import { findImportFile, findImportState, type ImportFile } from './imports.queries.ts'

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
    const { importId, confirmedBy } = job
    const acting = { viewer, now, afterChange, ...(confirmedBy ? { confirmedBy } : {}) }
    const end = (trx: Transaction<DB>, state: 'checked' | 'changed-meanwhile') =>
      endImport(trx, importId, 'applying', { state })
    await writeEvidence(db, async (trx) => {
      const isLocked = await lockProgramsOf(trx, viewer, [program_id])
      // Read under the lock: of two attempts at once, the second finds that it is done.
      const file = await findImportFile(trx, importId)
      if (file?.state !== 'applying') return
      const result = isLocked ? await apply(trx, acting, file, progress) : 'changed-meanwhile'
      if (result !== 'applied') await end(trx, result === 'second-person' ? 'checked' : result)
    }).catch(async (error) => {
      if (!(error instanceof EmailTaken)) throw error
      await db.transaction().execute((trx) => end(trx, 'changed-meanwhile'))
    })
  })

async function apply(
  trx: EvidenceTransaction,
  acting: Acting,
  file: ImportFile,
  progress: Progress,
): Promise<'applied' | 'changed-meanwhile' | 'second-person'> {
  if (!file.file) return 'changed-meanwhile'
  const read = readImportFile(file.file)
  if (read.kind === 'unreadable') return 'changed-meanwhile'
  const { assignments, ...state } = await findImportState(
    trx,
    acting.viewer,
    file,
    read.rows,
    dayOf(acting.now),
  )
  const draft = draftOf(assignments)
  const { rows, changes } = await planRows(read.rows, planner({ ...state, draft }, randomUUID), () => {})
  if (hashOf(rows) !== file.plan_hash) return 'changed-meanwhile'
  const backdated = acting.confirmedBy ? [] : await listBackdated(trx, acting.now, changes)
  if (backdated.length > 0) {
    await askAboutFile(trx, acting, { ...file, import_id: file.id, backdated: backdated.length })
    return 'second-person'
  }
  await save(trx, acting, file, { changes, people: peopleIn(changes, draft) }, (part) =>
    progress(Math.round(part * rows.length), rows.length),
  )
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
      ...(acting.confirmedBy ? { confirmed_by: acting.confirmedBy } : {}),
    },
    at: acting.now,
  })
  return 'applied'
}

/** Saves the changes in chunks, and tells which part of them is done. */
async function save(
  trx: EvidenceTransaction,
  acting: Acting,
  { file_name, program_id }: ImportFile,
  { changes, people }: Readonly<{ changes: RosterChanges; people: readonly string[] }>,
  tell: (part: number) => void,
): Promise<void> {
  const steps = changes.assignments.length + changes.periods.length + people.length
  let done = 0
  const step = (some: number) => {
    done += some
    tell(done / Math.max(1, steps))
  }
  const reason = `From the file ${file_name}`
  await saveRosterChanges(
    trx,
    acting,
    {
      ...noChanges,
      people: changes.people.map((person) => ({ ...person, program_id })),
      renamed: changes.renamed,
      employeeIds: changes.employeeIds,
    },
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
}

/** The file has hires long ago: it waits, as it was checked, until a second person confirms it. */
async function askAboutFile(
  trx: EvidenceTransaction,
  { viewer, now }: Actor,
  { import_id, program_id, file_name, backdated }: FileFacts & Readonly<{ program_id: string }>,
): Promise<void> {
  const scope = await findScope(trx, { program_id, holder_id: null })
  if (!scope || (await findFileRequest(trx, import_id))) return
  const asked = { firstId: viewer.id, aboutId: null, askedAt: now, now }
  await askSecondPerson(
    trx,
    {
      kind: 'roster-file',
      facts: { import_id, file_name, backdated },
      person_id: null,
      program_id,
      holder_id: null,
      requested_by: viewer.id,
      what: `The file ${file_name} for ${scope.where}`,
    },
    await listSecondPeople(trx, scope, hireConfirmers, asked),
    now,
  )
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
