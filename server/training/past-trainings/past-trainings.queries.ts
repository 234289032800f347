import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { KnownPerson, PastRow } from './past-training-rows.ts'

export type TrainingImport = Readonly<{
  id: string
  program_id: string
  file_name: string
  created_at: Date
  created_by: string
  state: 'checking' | 'checked' | 'applying' | 'applied' | 'failed'
  rows_done: number
  rows_total: number
  unnamed_scans: readonly string[]
  problem: string | null
  ready: number
  refused: number
}>

const imports = (db: Kysely<DB>, programId: string, id: string | null) =>
  sql<TrainingImport>`
    select i.id, i.program_id, i.file_name, i.created_at, p.name as created_by, i.state, i.rows_done, i.rows_total,
      i.unnamed_scans, i.problem, n.ready, n.refused
    from training_imports i join people p on p.id = i.created_by
    left join lateral (
      select count(*) filter (where r.problems = '[]')::int as ready, count(*) filter (where r.problems <> '[]')::int as refused
      from training_import_rows r where r.import_id = i.id
    ) n on true
    where i.program_id = ${programId} and ${id === null ? sql`true` : sql`i.id = ${id}`}
    order by i.created_at desc limit 50`.execute(db)

export const listTrainingImports = async (
  db: Kysely<DB>,
  programId: string,
): Promise<readonly TrainingImport[]> => (await imports(db, programId, null)).rows

export const findTrainingImport = async (
  db: Kysely<DB>,
  programId: string,
  id: string,
): Promise<TrainingImport | null> => (await imports(db, programId, id)).rows[0] ?? null

/** The rows of a file with problems first, each by line. */
export async function listTrainingImportRows(db: Kysely<DB>, importId: string): Promise<readonly PastRow[]> {
  const { rows } = await sql<PastRow>`
    select line, cells, problems, person_id, person_name, entry, scan from training_import_rows
    where import_id = ${importId} order by problems = '[]', line`.execute(db)
  return rows
}

export const findTrainingFile = (db: Kysely<DB>, id: string) =>
  db
    .selectFrom('training_imports')
    .select(['id', 'program_id', 'file', 'file_name', 'state'])
    .where('id', '=', id)
    .executeTakeFirst()

type Person = KnownPerson & Readonly<{ email: string | null; employee_id: string | null }>

/** Everyone who works or worked at a program, with what tells them apart in a file. */
export async function listPeopleToMatch(db: Kysely<DB>, programId: string): Promise<readonly Person[]> {
  const { rows } = await sql<Person>`
    select p.id, p.name, coalesce(p.email, p.asked_email) as email, e.employee_id from people p
    left join employee_ids e on e.person_id = p.id and e.program_id = ${programId}
    where exists (select from assignments a where a.person_id = p.id and a.program_id = ${programId} and a.superseded_at is null)`.execute(
    db,
  )
  return rows
}

/** The outside trainings on record of a program's people. */
export async function listRecordedTrainings(
  db: Kysely<DB>,
  programId: string,
): Promise<readonly Readonly<{ person_id: string; completed_on: string; title: string }>[]> {
  const { rows } = await sql<{ person_id: string; completed_on: string; title: string }>`
    select o.person_id, o.completed_on, o.title from outside_trainings o
    where o.superseded_at is null and o.person_id in (
      select a.person_id from assignments a where a.program_id = ${programId} and a.superseded_at is null)`.execute(
    db,
  )
  return rows
}

/** Files that no job will finish. */
export async function listLostTrainingImports(db: Kysely<DB>): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select i.id from training_imports i where i.state in ('checking', 'applying') and not exists (
      select from pgboss.job j where j.name in ('check-past-trainings', 'record-past-trainings')
        and j.state in ('created', 'retry', 'active') and j.data ->> 'import' = i.id::text)`.execute(db)
  return rows.map(({ id }) => id)
}
