import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { dayOf } from '#server/lib/days.ts'
import { draftOf } from './import-draft.ts'
import { readImportFile } from './import-file.ts'
import {
  type Attempt,
  chunks,
  endImport,
  failImport,
  type ImportJob,
  planRows,
  working,
} from './import-job.actions.ts'
import { countsOf, hashOf, type PlannedRow, planner } from './import-plan.ts'
import { findImportState } from './imports.queries.ts'

/** Compares each row of the file with the roster and stores the changes it would make. The roster stays as it is. */
export const checkImport = (db: Database, job: ImportJob, attempt: Attempt, now: Date): Promise<void> =>
  working(db, job, 'checking', attempt, async (file, viewer, progress) => {
    const { importId } = job
    if (!file.file) return
    const read = readImportFile(file.file)
    if (read.kind === 'unreadable') return failImport(db, importId, 'checking', read.message)
    const { assignments, ...state } = await findImportState(db, viewer, file, read.rows, dayOf(now))
    const plan = planner({ ...state, draft: draftOf(assignments) }, randomUUID)
    const { rows } = await planRows(read.rows, plan, progress)
    await db.transaction().execute(async (trx) => {
      const isFirst = await endImport(trx, importId, 'checking', {
        state: 'checked',
        rows_done: rows.length,
        counts: JSON.stringify(countsOf(rows)),
        plan_hash: hashOf(rows),
        ignored_headings: JSON.stringify(read.ignoredHeadings),
      })
      if (isFirst) await saveRows(trx, importId, rows)
    })
  })

async function saveRows(trx: Transaction<DB>, importId: string, rows: readonly PlannedRow[]): Promise<void> {
  await trx.deleteFrom('roster_import_rows').where('import_id', '=', importId).execute()
  for (const some of chunks(rows))
    await sql`
      insert into roster_import_rows (import_id, line, kind, cells, problems, changes, alike)
      select ${importId}::uuid, line, kind, cells, problems, changes, nullif(alike, 'null')
      from jsonb_to_recordset(${JSON.stringify(some)}::jsonb)
        as rows(line integer, kind text, cells jsonb, problems jsonb, changes jsonb, alike jsonb)`.execute(
      trx,
    )
}
