import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import { findAsViewer } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { readTable } from '#server/programs/imports/table-file.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import { insertTrainingRow } from '#server/training/outside.actions.ts'
import { listDeciders } from '#server/training/outside-deciders.actions.ts'
import { fileThread } from '#server/web/file-threads.ts'
import { checkedCertificate, type KeptFile, type UploadedFile } from '#server/web/upload.ts'
import {
  baseName,
  keyOf,
  mostPastRows,
  type PastRow,
  type PastState,
  pastRows,
  readColumns,
} from './past-training-rows.ts'
import {
  findTrainingFile,
  listLostTrainingImports,
  listPeopleToMatch,
  listRecordedTrainings,
  listTrainingImportRows,
} from './past-trainings.queries.ts'
import type { OpenedZip } from './past-trainings-zip.ts'

type Attempt = Readonly<{ signal: AbortSignal; isLastTry: boolean }>
type ImportJob = Readonly<{ importId: string; personId: string }>
type State = 'checking' | 'applying'
type Progress = (done: number, total: number) => void

const wentWrong = 'Something went wrong on our side. Nothing was recorded. Upload the file again.'

/** Stores a file with the job that checks it. */
export const startPastTrainings = (
  db: Database,
  viewer: Viewer,
  programId: string,
  file: UploadedFile,
  now: Date,
): Promise<string> =>
  db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('training_imports')
      .values({
        program_id: programId,
        created_by: viewer.id,
        created_at: now,
        file_name: file.name.slice(0, 200),
        file: file.bytes,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await enqueue(trx, 'check-past-trainings', { import: id, person: viewer.id })
    return id
  })

/** Has a checked file recorded, if it waits for that. */
export const confirmPastTrainings = (db: Database, viewer: Viewer, importId: string): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const taken = await trx
      .updateTable('training_imports')
      .set({ state: 'applying', rows_done: 0 })
      .where('id', '=', importId)
      .where('state', '=', 'checked')
      .returning('id')
      .executeTakeFirst()
    if (taken) await enqueue(trx, 'record-past-trainings', { import: importId, person: viewer.id })
  })

/** Compares each row with the roster and the scans, and stores what would be recorded. */
export const checkPastTrainings = (
  db: Database,
  job: ImportJob,
  attempt: Attempt,
  now: Date,
): Promise<void> =>
  working(db, job, 'checking', attempt, async ({ program_id, opened }, _viewer, progress) => {
    const read = readTable(opened.table)
    if (read.kind === 'unreadable') return fail(db, job.importId, read.message)
    const [head, ...records] = read.records
    const headings = readColumns(head?.cells ?? [])
    if (headings.kind === 'unreadable') return fail(db, job.importId, headings.message)
    if (records.length === 0) return fail(db, job.importId, 'The table has headings but no rows.')
    if (records.length > mostPastRows)
      return fail(
        db,
        job.importId,
        `The table has more than ${mostPastRows} rows. Split it and upload the parts.`,
      )
    const scans = await checkedScans(opened.scans, progress)
    const rows = pastRows(records, headings.columns, {
      ...(await stateOf(db, program_id)),
      scans,
      today: dayOf(now),
    })
    const named = new Set(rows.flatMap(({ cells }) => (cells.file ? [baseName(cells.file)] : [])))
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom('training_import_rows').where('import_id', '=', job.importId).execute()
      await sql`
        insert into training_import_rows (import_id, line, cells, problems, person_id, person_name, entry, scan)
        select ${job.importId}::uuid, line, cells, problems, person_id, person_name, entry, scan
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows(line integer, cells jsonb, problems jsonb,
          person_id uuid, person_name text, entry jsonb, scan text)`.execute(trx)
      await end(trx, job.importId, 'checking', {
        state: 'checked',
        unnamed_scans: JSON.stringify(
          [...scans].filter(([name]) => !named.has(name)).map(([, { name }]) => name),
        ),
      })
    })
  })

/** Records every row without problems in one transaction. Each waits for the decision of someone else. */
export const savePastTrainings = (db: Database, job: ImportJob, attempt: Attempt, now: Date): Promise<void> =>
  working(db, job, 'applying', attempt, async ({ program_id, opened }, viewer, progress) => {
    const rows = (await listTrainingImportRows(db, job.importId)).filter(
      ({ problems }) => problems.length === 0,
    )
    const scans = new Map(opened.scans.map((scan) => [scan.name, scan]))
    await writeEvidence(db, async (trx) => {
      // Locked first: of two attempts at once, the second finds that it is done.
      if (!(await end(trx, job.importId, 'applying', { state: 'applied', file: null }))) return
      let firstId: string | null = null
      for (const [index, row] of rows.entries()) {
        firstId = (await saveRow(trx, viewer, row, scans, now)) ?? firstId
        progress(index + 1, rows.length)
      }
      const people = [...new Set(rows.flatMap(({ person_id }) => person_id ?? []))]
      await refreshStandings(trx, people, dayOf(now))
      if (firstId) await tellOnce(trx, program_id, firstId, job.importId, rows.length, now)
    })
  })

async function saveRow(
  trx: EvidenceTransaction,
  viewer: Viewer,
  { person_id, entry, scan }: PastRow,
  scans: ReadonlyMap<string, UploadedFile>,
  now: Date,
): Promise<string | null> {
  if (!person_id || !entry) return null
  const found = scan ? scans.get(scan) : undefined
  const kept = found ? await checkedCertificate(found) : null
  const file: KeptFile | null = kept?.kind === 'kept' ? kept.file : null
  return insertTrainingRow(trx, viewer, person_id, entry, file, now)
}

/** One message for the whole file to each person who may decide. */
async function tellOnce(
  trx: EvidenceTransaction,
  programId: string,
  trainingId: string,
  importId: string,
  count: number,
  now: Date,
): Promise<void> {
  const deciders = await listDeciders(trx, trainingId, now)
  for (const { where, people } of deciders.filter(({ program_id }) => program_id === programId))
    for (const { id } of people)
      await notify(trx, {
        person_id: id,
        kind: 'past-trainings-waiting',
        facts: { count, program: where },
        dedupe_key: `past trainings ${importId}`,
      })
}

async function stateOf(db: Database, programId: string): Promise<Omit<PastState, 'scans' | 'today'>> {
  const people = await listPeopleToMatch(db, programId)
  const recorded = await listRecordedTrainings(db, programId)
  return {
    employees: new Map(people.flatMap((one) => (one.employee_id ? [[one.employee_id, one]] : []))),
    emails: new Map(people.flatMap((one) => (one.email ? [[one.email.toLowerCase(), one]] : []))),
    recorded: new Set(recorded.map((one) => keyOf(one.person_id, one.completed_on, one.title))),
  }
}

/** The scans by name. A file that could not be stored says why. */
async function checkedScans(scans: readonly UploadedFile[], progress: Progress): Promise<PastState['scans']> {
  const checked = new Map<string, { name: string; problem: string | null }>()
  for (const [index, scan] of scans.entries()) {
    const name = baseName(scan.name)
    const kept = await checkedCertificate(scan)
    const own =
      scan.bytes.length > mostScanBytes
        ? 'The file is larger than 10 MB.'
        : kept.kind === 'refused'
          ? kept.message
          : null
    checked.set(name, {
      name: scan.name,
      problem: checked.has(name) ? 'The ZIP has two files with this name, in different folders.' : own,
    })
    progress(index + 1, scans.length)
  }
  return checked
}

const mostScanBytes = 10 * 1024 * 1024

type Opened = Readonly<{ table: Uint8Array; scans: readonly UploadedFile[] }>
type Work = (
  file: Readonly<{ program_id: string; opened: Opened }>,
  viewer: Viewer,
  progress: Progress,
) => Promise<void>

const openInThread = fileThread<UploadedFile, OpenedZip>(
  new URL('./past-trainings-zip.worker.ts', import.meta.url),
  20,
)

/** Does the work of a job, and saves its progress every second. A file that another attempt is done with is left as it is. */
async function working(
  db: Database,
  { importId, personId }: ImportJob,
  state: State,
  { signal, isLastTry }: Attempt,
  work: Work,
): Promise<void> {
  const file = await findTrainingFile(db, importId)
  if (!file?.file || file.state !== state) return
  // The role may have ended since the person asked.
  const viewer = await findAsViewer(db, personId)
  if (!viewer?.administered_program_ids.includes(file.program_id))
    return fail(db, importId, 'You no longer administer this program, so nothing was recorded.')
  const opened = await openInThread({ name: file.file_name, bytes: file.file })
  if (opened === 'too-much')
    return fail(db, importId, 'This file takes too long to open. Split it and upload the parts.')
  if (opened.kind === 'refused') return fail(db, importId, opened.message)
  // Bytes lose their class between threads.
  const scans = opened.scans.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) }))
  let done: Readonly<{ rows_done: number; rows_total: number }> | null = null
  const saving = setInterval(() => done && saveProgress(db, importId, state, done), 1000)
  try {
    await work(
      { program_id: file.program_id, opened: { table: opened.table, scans } },
      viewer,
      (rows_done, rows_total) => {
        done = { rows_done, rows_total }
      },
    )
  } catch (error) {
    if (isLastTry && !signal.aborted) await fail(db, importId, wentWrong)
    throw error
  } finally {
    clearInterval(saving)
  }
}

const saveProgress = (
  db: Database,
  importId: string,
  state: State,
  progress: Readonly<{ rows_done: number; rows_total: number }>,
) =>
  db
    .updateTable('training_imports')
    .set(progress)
    .where('id', '=', importId)
    .where('state', '=', state)
    .execute()
    .catch(() => {})

const fail = async (db: Database, importId: string, problem: string): Promise<void> => {
  await db
    .updateTable('training_imports')
    .set({ state: 'failed', file: null, problem })
    .where('id', '=', importId)
    .where('state', 'in', ['checking', 'applying'])
    .execute()
}

type Result = Readonly<{ state: string; file?: null; unnamed_scans?: string }>

async function end(trx: Transaction<DB>, importId: string, from: State, result: Result): Promise<boolean> {
  const ended = await trx
    .updateTable('training_imports')
    .set(result)
    .where('id', '=', importId)
    .where('state', '=', from)
    .returning('id')
    .executeTakeFirst()
  return ended !== undefined
}

/** Gives up files that no job will finish, and removes files after a week. What they recorded stays. */
export async function sweepPastTrainings(db: Database): Promise<void> {
  for (const id of await listLostTrainingImports(db))
    await fail(
      db,
      id,
      'The service stopped while working on this file. Nothing was recorded. Upload the file again.',
    )
  await db
    .deleteFrom('training_imports')
    .where('created_at', '<', sql<Date>`now() - interval '7 days'`)
    .execute()
}
