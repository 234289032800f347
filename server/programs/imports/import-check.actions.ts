import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Actor } from '#server/programs/roster/roster.actions.ts'
import { draftOf } from './import-draft.ts'
import { readImportFile } from './import-file.ts'
import { chunks, fail, planRows, working } from './import-job.actions.ts'
import { countsOf, hashOf, planner } from './import-plan.ts'
import { findImportFile, findImportState } from './imports.queries.ts'

/** Compares each row of the file with the roster and stores the changes it would make. The roster stays as it is. */
export const checkImport = (db: Database, { viewer, now }: Actor, importId: string): Promise<void> =>
  working(db, importId, 'checking', async (progress) => {
    const file = await findImportFile(db, importId)
    if (!file?.file) return
    const read = readImportFile(file.file)
    if (read.kind === 'unreadable') return fail(db, importId, read.message)
    const { assignments, ...state } = await findImportState(
      db,
      viewer,
      file.program_id,
      read.rows,
      dayOf(now),
    )
    const plan = planner({ ...state, draft: draftOf(assignments) }, randomUUID)
    const { rows } = await planRows(read.rows, plan, progress)
    await db.deleteFrom('roster_import_rows').where('import_id', '=', importId).execute()
    for (const some of chunks(rows))
      await sql`
        insert into roster_import_rows (import_id, line, kind, cells, problems, changes)
        select ${importId}::uuid, line, kind, cells, problems, changes
        from jsonb_to_recordset(${JSON.stringify(some)}::jsonb)
          as rows(line integer, kind text, cells jsonb, problems jsonb, changes jsonb)`.execute(db)
    await db
      .updateTable('roster_imports')
      .set({
        state: 'checked',
        rows_done: rows.length,
        counts: JSON.stringify(countsOf(rows)),
        plan_hash: hashOf(rows),
        ignored_headings: JSON.stringify(read.ignoredHeadings),
      })
      .where('id', '=', importId)
      .where('state', '=', 'checking')
      .execute()
  })
