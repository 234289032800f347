import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Someone on the roster with the name of a row that would add a person: { id, name, email, role_title, hired_on }.
    alter table roster_import_rows add column alike jsonb;
    create index roster_import_rows_alike on roster_import_rows (import_id, line) where alike is not null;
    -- Who such rows are about: { line: the person's id, or 'other' }.
    alter table roster_imports add column answers jsonb not null default '{}';
  `.execute(db)
}
