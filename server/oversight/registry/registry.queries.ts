import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { RegistryProgram } from './registry-plan.ts'

/** The licensed programs with one of these numbers now, each with its full record. One statement. */
export async function findProgramsByLicense(
  db: Kysely<DB>,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, RegistryProgram>> {
  const rows = (table: string) => sql`
    (select coalesce(json_agg(to_jsonb(r) || jsonb_build_object('row_id', r.id) order by r.from_on desc), '[]')
      from ${sql.table(table)} r where r.program_id = d.program_id and r.superseded_at is null)`
  const found = await sql<RegistryProgram>`
    select distinct on (d.license_number) d.program_id as id, d.name, d.license_number,
      json_build_object('details', '[]'::json, 'statuses', ${rows('license_statuses')},
        'certifications', ${rows('certifications')}) as record
    from program_details d
    where d.superseded_at is null and d.license_number = any(${[...numbers]}::text[])
    order by d.license_number, d.from_on desc`.execute(db)
  return new Map(found.rows.map((program) => [program.license_number, program]))
}

export const findRegistryImport = (db: Kysely<DB>, id: string) =>
  db
    .selectFrom('registry_imports')
    .innerJoin('people', 'people.id', 'registry_imports.created_by')
    .select([
      'registry_imports.id',
      'file_name',
      'content',
      'sha256',
      'registry_imports.created_at',
      'applied_at',
      'people.name as created_by_name',
    ])
    .where('registry_imports.id', '=', id)
    .executeTakeFirst()

export const listRegistryImports = (db: Kysely<DB>) =>
  db
    .selectFrom('registry_imports')
    .innerJoin('people', 'people.id', 'registry_imports.created_by')
    .select([
      'registry_imports.id',
      'file_name',
      'registry_imports.created_at',
      'applied_at',
      'people.name as created_by_name',
    ])
    .orderBy('registry_imports.created_at', 'desc')
    .limit(50)
    .execute()

/** Everyone with work on record in some programs. */
export async function listPeopleOfPrograms(
  db: Kysely<DB>,
  programIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ person_id: string }>`
    select distinct person_id from assignments
    where program_id = any(${[...programIds]}::uuid[]) and superseded_at is null`.execute(db)
  return rows.map(({ person_id }) => person_id)
}
