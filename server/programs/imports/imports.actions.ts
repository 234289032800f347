import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import type { Acting, Actor } from '#server/programs/roster/changes/roster.actions.ts'
import { lockProgramsOf } from '#server/programs/roster/employment/assignments.queries.ts'
import { mostBytes } from './import-file.ts'
import { differentPerson } from './import-people.ts'

type StartedImport =
  | { kind: 'started'; id: string }
  | { kind: 'problems'; problems: readonly Problem[] }
  | { kind: 'not-found' }

export const tooLarge = 'This file is larger than 5 MB. Split it and upload the parts.'

/** Stores a file with the job that checks it. */
export async function startImport(
  db: Database,
  { viewer, now }: Actor,
  programId: string,
  file: Readonly<{ name: string; bytes: Uint8Array }> | null,
): Promise<StartedImport> {
  const problem = (message: string): StartedImport => ({
    kind: 'problems',
    problems: [{ field: 'file', message }],
  })
  if (!file || file.bytes.length === 0) return problem('Choose a file, or paste rows below.')
  if (file.bytes.length > mostBytes) return problem(tooLarge)
  return db.transaction().execute(async (trx): Promise<StartedImport> => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return { kind: 'not-found' }
    const { id } = await trx
      .insertInto('roster_imports')
      .values({
        program_id: programId,
        created_by: viewer.id,
        created_at: now,
        file_name: file.name.slice(0, 200),
        file: Buffer.from(file.bytes),
        sha256: createHash('sha256').update(file.bytes).digest('hex'),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await enqueue(trx, 'check-import', { import: id, person: viewer.id })
    return { kind: 'started', id }
  })
}

/** Has a checked file checked again or applied, if it is waiting for that. */
export async function resumeImport(
  db: Database,
  { viewer, confirmedBy }: Actor & Pick<Acting, 'confirmedBy'>,
  programId: string,
  importId: string,
  state: 'checking' | 'applying',
): Promise<{ kind: 'resumed' | 'not-waiting' | 'not-found' }> {
  return db.transaction().execute(async (trx) => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return { kind: 'not-found' }
    const taken = await trx
      .updateTable('roster_imports')
      .set({ state, rows_done: 0, problem: null })
      .where('id', '=', importId)
      .where('program_id', '=', programId)
      .where('state', 'in', state === 'applying' ? ['checked'] : ['checked', 'changed-meanwhile'])
      .returning('id')
      .executeTakeFirst()
    if (!taken) return { kind: 'not-waiting' }
    const job = state === 'applying' ? 'apply-import' : 'check-import'
    await enqueue(trx, job, {
      import: importId,
      person: viewer.id,
      ...(confirmedBy ? { confirmed_by: confirmedBy } : {}),
    })
    return { kind: 'resumed' }
  })
}

/**
 * Keeps who the new rows are about that have the name of someone on the roster, and has the file checked again: `same` are
 * lines about that person, and the other lines of `shown` about someone else.
 */
export async function answerAlike(
  db: Database,
  { viewer, now }: Actor,
  programId: string,
  importId: string,
  { shown, same }: Readonly<{ shown: readonly number[]; same: readonly number[] }>,
): Promise<{ kind: 'resumed' | 'not-waiting' | 'not-found' }> {
  const lines = sql`any(${[...shown]}::integer[])`
  const isSame = sql`r.line = any(${[...same]}::integer[])`
  await db
    .updateTable('roster_imports')
    .set({
      answers: sql`answers || coalesce((
        select jsonb_object_agg(r.line::text, case when ${isSame} then r.alike ->> 'id' else ${differentPerson} end)
        from roster_import_rows r where r.import_id = ${importId} and r.alike is not null and r.line = ${lines}), '{}')`,
    })
    .where('id', '=', importId)
    .where('program_id', 'in', viewer.administered_program_ids)
    .where('state', '=', 'checked')
    .execute()
  return resumeImport(db, { viewer, now }, programId, importId, 'checking')
}

/** Files are no evidence: what they changed is in the ledger. */
export async function sweepImports(db: Database): Promise<void> {
  await db
    .deleteFrom('roster_imports')
    .where('created_at', '<', sql<Date>`now() - interval '7 days'`)
    .execute()
}
