import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { notify } from '#server/notices/actions.ts'
import { findAsViewer } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { RosterChanges } from '#server/programs/roster/changes/roster-changes.ts'
import type { FileRow } from './import-file.ts'
import type { PlannedRow, planner } from './import-plan.ts'
import { findImportFile, type ImportFile, listLostImports } from './imports.queries.ts'

/** What the job is about: a file, the person who asked for its check or for saving it, and the second person, if any. */
export type ImportJob = Readonly<{ importId: string; personId: string; confirmedBy?: string | undefined }>

/** One attempt of the job; another one follows unless this is the last. */
export type Attempt = Readonly<{ signal: AbortSignal; isLastTry: boolean }>

/** Reports how many rows are done. It writes nothing, so a job may call it inside a transaction. */
export type Progress = (done: number, total: number) => void

type Work = (file: ImportFile, viewer: Viewer, progress: Progress) => Promise<void>

type Running = 'checking' | 'applying'

const notAdministrator = 'You no longer administer this program, so nothing was saved.'
const wentWrong = 'Something went wrong on our side. Nothing was saved. Upload the file again.'
const wasLost = 'The service stopped while working on this file. Nothing was saved. Upload the file again.'

/**
 * Does the work of a job and saves its progress every second. The work never waits for that: when its transaction has the
 * last free connection, progress is saved later. A file that another attempt is done with is left as it is.
 */
export async function working(
  db: Database,
  { importId, personId }: ImportJob,
  state: Running,
  { signal, isLastTry }: Attempt,
  work: Work,
): Promise<void> {
  const file = await findImportFile(db, importId)
  if (file?.state !== state) return
  // The role may have ended since the person asked.
  const viewer = await findAsViewer(db, personId)
  if (!viewer?.administered_program_ids.includes(file.program_id))
    return failImport(db, importId, state, notAdministrator)
  let progress: Readonly<{ rows_done: number; rows_total: number }> | null = null
  const saving = setInterval(() => progress && saveProgress(db, importId, state, progress), 1000)
  try {
    await work(file, viewer, (rows_done, rows_total) => {
      progress = { rows_done, rows_total }
    })
  } catch (error) {
    if (isLastTry && !signal.aborted) await failImport(db, importId, state, wentWrong)
    throw error
  } finally {
    clearInterval(saving)
  }
}

async function saveProgress(
  db: Database,
  importId: string,
  state: Running,
  progress: Readonly<{ rows_done: number; rows_total: number }>,
): Promise<void> {
  await db
    .updateTable('roster_imports')
    .set(progress)
    .where('id', '=', importId)
    .where('state', '=', state)
    .execute()
    .catch(() => {})
}

type Result = Readonly<{
  state: string
  file?: null
  problem?: string
  rows_done?: number
  finished_at?: Date
}> &
  Readonly<{ counts?: string; plan_hash?: string; ignored_headings?: string }>

/**
 * Ends a job with its result, and tells the person who uploaded the file, who may have left the page. False where another
 * attempt was first.
 */
export async function endImport(
  trx: Transaction<DB>,
  importId: string,
  from: Running,
  result: Result,
): Promise<boolean> {
  const ended = await trx
    .updateTable('roster_imports')
    .set(result)
    .where('id', '=', importId)
    .where('state', '=', from)
    .returning(['created_by', 'program_id', 'file_name'])
    .executeTakeFirst()
  if (!ended) return false
  const { created_by, ...facts } = ended
  await notify(trx, {
    person_id: created_by,
    kind: 'import-done',
    facts: { ...facts, import_id: importId, state: result.state },
    dedupe_key: `import ${importId} ${result.state}`,
  })
  return true
}

export const failImport = (db: Database, importId: string, from: Running, problem: string): Promise<void> =>
  db.transaction().execute(async (trx) => {
    await endImport(trx, importId, from, { state: 'failed', file: null, problem })
  })

/** Gives up the files that no job will finish, because every process that tried was killed. */
export async function failLostImports(db: Database): Promise<void> {
  for (const { id, state } of await listLostImports(db)) await failImport(db, id, state, wasLost)
}

/** Plans a file's rows one after the other. */
export async function planRows(
  rows: readonly FileRow[],
  plan: ReturnType<typeof planner>,
  progress: Progress,
): Promise<{ rows: readonly PlannedRow[]; changes: RosterChanges }> {
  const planned: PlannedRow[] = []
  for (const some of chunks(rows)) {
    for (const row of some) planned.push(plan.takeRow(row))
    progress(planned.length, rows.length)
    // Lets other requests run in between.
    await nextTurn()
  }
  return { rows: planned, changes: plan.changes() }
}

const atOnce = 1000

export function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / atOnce) }, (_, index) =>
    items.slice(index * atOnce, (index + 1) * atOnce),
  )
}
