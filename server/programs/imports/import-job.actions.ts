import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { notify } from '#server/notices/actions.ts'
import type { RosterChanges } from '#server/programs/roster/roster-changes.ts'
import type { FileRow } from './import-file.ts'
import type { PlannedRow, planner } from './import-plan.ts'

/** Reports how many rows are done. It writes nothing, so a job may call it inside a transaction. */
export type Progress = (done: number, total: number) => void

/**
 * Runs a job and saves its progress every second, which also serves as its heartbeat. The job never waits for that: when
 * its transaction has the last free connection, progress is saved later. If the job fails, its row says so.
 */
export async function working(
  db: Database,
  importId: string,
  state: 'checking' | 'applying',
  job: (progress: Progress) => Promise<void>,
): Promise<void> {
  let progress = {}
  let isSaving = false
  const save = async () => {
    if (isSaving) return
    isSaving = true
    await db
      .updateTable('roster_imports')
      .set({ ...progress, beat_at: sql`now()` })
      .where('id', '=', importId)
      .where('state', '=', state)
      .execute()
      .catch(() => {})
    isSaving = false
  }
  const beat = setInterval(save, 1000)
  try {
    await job((rows_done, rows_total) => {
      progress = { rows_done, rows_total }
    })
    await tellUploader(db, importId)
  } catch (error) {
    await fail(db, importId, 'Something went wrong on our side. Nothing was saved. Try again.')
    throw error
  } finally {
    clearInterval(beat)
  }
}

/** The person who uploaded the file may have left the page, so they get a notice with the result. */
async function tellUploader(db: Database, importId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { created_by, state, ...facts } = await trx
      .selectFrom('roster_imports')
      .select(['created_by', 'program_id', 'file_name', 'state'])
      .where('id', '=', importId)
      .executeTakeFirstOrThrow()
    await notify(trx, {
      person_id: created_by,
      kind: 'import-done',
      facts: { ...facts, import_id: importId, state },
      dedupe_key: `import ${importId} ${state}`,
    })
  })
}

export const fail = async (db: Database, importId: string, problem: string): Promise<void> => {
  await db
    .updateTable('roster_imports')
    .set({ state: 'failed', file: null, problem })
    .where('id', '=', importId)
    .where('state', 'in', ['checking', 'applying'])
    .execute()
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
