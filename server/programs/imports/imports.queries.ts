import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { isPersonNamed } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { emailSeen } from '#server/programs/email-seen.queries.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import {
  isKnownTo,
  listAssignments,
  listOutOfReach,
} from '#server/programs/roster/employment/assignments.queries.ts'
import type { FileRow } from './import-file.ts'
import type { Alike, Answer, ImportState } from './import-people.ts'
import type { ImportCounts, PlannedRow, RowKind } from './import-plan.ts'

export type RosterImport = Readonly<{
  id: string
  program_id: string
  file_name: string
  created_at: Date
  created_by: string
  state: 'checking' | 'checked' | 'applying' | 'applied' | 'changed-meanwhile' | 'failed'
  rows_done: number
  rows_total: number
  plan_hash: string | null
  counts: ImportCounts | null
  ignored_headings: readonly string[]
  problem: string | null
  finished_at: Date | null
}>

const columns = sql`
  i.id, i.program_id, i.file_name, i.created_at, p.name as created_by, i.state, i.rows_done, i.rows_total, i.plan_hash,
  i.counts, i.ignored_headings, i.problem, i.finished_at`

export async function findImport(
  db: Kysely<DB>,
  programId: string,
  id: string,
): Promise<RosterImport | null> {
  const { rows } = await sql<RosterImport>`
    select ${columns} from roster_imports i join people p on p.id = i.created_by
    where i.id = ${id} and i.program_id = ${programId}`.execute(db)
  return rows[0] ?? null
}

export async function listImports(db: Kysely<DB>, programId: string): Promise<readonly RosterImport[]> {
  const { rows } = await sql<RosterImport>`
    select ${columns} from roster_imports i join people p on p.id = i.created_by
    where i.program_id = ${programId} order by i.created_at desc limit 50`.execute(db)
  return rows
}

export async function listImportRows(
  db: Kysely<DB>,
  importId: string,
  kind: RowKind,
  { page, size }: Readonly<{ page: number; size: number }>,
): Promise<readonly PlannedRow[]> {
  const { rows } = await sql<PlannedRow>`
    select line, kind, cells, problems, changes, alike from roster_import_rows
    where import_id = ${importId} and kind = ${kind} order by line limit ${size} offset ${(page - 1) * size}`.execute(
    db,
  )
  return rows
}

/** The new rows that have the name of someone on the roster, as far as no one answered for them. */
export async function listAlikeRows(db: Kysely<DB>, importId: string): Promise<readonly AlikeRow[]> {
  const { rows } = await sql<AlikeRow>`
    select line, cells, alike from roster_import_rows where import_id = ${importId} and alike is not null
    order by line limit ${mostAlike}`.execute(db)
  return rows
}

type AlikeRow = Pick<PlannedRow, 'line' | 'cells'> & Readonly<{ alike: Alike }>

/** As many as are asked about at once. */
export const mostAlike = 100

export type ImportFile = NonNullable<Awaited<ReturnType<typeof findImportFile>>>

export const findImportFile = (db: Kysely<DB>, id: string) =>
  db
    .selectFrom('roster_imports')
    .select(['id', 'state', 'program_id', 'file', 'file_name', 'sha256', 'plan_hash'])
    .select(sql<Readonly<Record<string, Answer>>>`answers`.as('answers'))
    .where('id', '=', id)
    .executeTakeFirst()

/** Files that no job will finish. */
export async function listLostImports(
  db: Kysely<DB>,
): Promise<readonly Readonly<{ id: string; state: 'checking' | 'applying' }>[]> {
  const { rows } = await sql<{ id: string; state: 'checking' | 'applying' }>`
    select i.id, i.state from roster_imports i where i.state in ('checking', 'applying') and not exists (
      select from pgboss.job j where j.name in ('check-import', 'apply-import')
        and j.state in ('created', 'retry', 'active') and j.data ->> 'import' = i.id::text)`.execute(db)
  return rows
}

/** The record that a file's rows are compared with, as of now. */
export async function findImportState(
  db: Kysely<DB>,
  viewer: Viewer,
  { program_id: programId, answers }: Pick<ImportFile, 'program_id' | 'answers'>,
  rows: readonly FileRow[],
  today: string,
): Promise<Omit<ImportState, 'draft'> & { assignments: readonly Assignment[] }> {
  const emails = [...new Set(rows.map(({ cells }) => cells.email?.toLowerCase() ?? ''))]
  const { rows: people } = await sql<{ id: string; name: string; email: string }>`
    select p.id, p.name, coalesce(named.email, named.asked_email) as email
    from people named join people p on p.id = coalesce(named.merged_into, named.id)
    where coalesce(named.email, named.asked_email) = any(${emails}::text[]) and p.closed_at is null and ${isKnownTo(viewer)}`.execute(
    db,
  )
  const employees = await db
    .selectFrom('employee_ids')
    .innerJoin('people as named', 'named.id', 'employee_ids.person_id')
    .innerJoin('people as p', (join) => join.on(isPersonNamed))
    .select(['employee_id', 'p.id', 'p.name', 'p.email'])
    .where('program_id', '=', programId)
    .execute()
  const program = await db
    .selectFrom('programs')
    .select('kind')
    .where('id', '=', programId)
    .executeTakeFirstOrThrow()
  return {
    isAgency: program.kind === 'agency',
    viewerId: viewer.id,
    programId,
    today,
    employees: new Map(employees.map(({ employee_id, ...person }) => [employee_id, person])),
    people: new Map(people.map(({ email, ...person }) => [email, person])),
    outOfReach: await listOutOfReach(
      db,
      viewer,
      [...people, ...employees].map(({ id }) => id),
    ),
    roster: await listNames(db, programId),
    answers: new Map(Object.entries(answers).map(([line, answer]) => [Number(line), answer])),
    assignments: await listAssignments(db, programId),
  }
}

export type NamedWork = Readonly<{ name: string; email: string | null; employee_id: string | null }>

/** The names and emails of the people on a program's roster. */
export async function listNames(db: Kysely<DB>, programId: string): Promise<ReadonlyMap<string, NamedWork>> {
  const { rows } = await sql<NamedWork & { id: string }>`
    select p.id, p.name, ${emailSeen(sql`here.program_id = ${programId}`)} as email, e.employee_id from people p
    left join employee_ids e on e.person_id = p.id and e.program_id = ${programId}
    where p.id in (select a.person_id from assignments a where a.program_id = ${programId} and a.superseded_at is null)`.execute(
    db,
  )
  return new Map(rows.map(({ id, ...person }) => [id, person]))
}
