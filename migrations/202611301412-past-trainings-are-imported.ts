import { type Kysely, sql } from 'kysely'

/** Files of past trainings with their scans, until they are recorded. They are no evidence: what they recorded is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table training_imports (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      created_by uuid not null references people,
      created_at timestamptz not null,
      file_name text not null,
      -- Null once it is recorded or refused.
      file bytea,
      state text not null default 'checking' check (state in ('checking', 'checked', 'applying', 'applied', 'failed')),
      rows_done integer not null default 0,
      rows_total integer not null default 0,
      -- Names of scans that no row names.
      unnamed_scans jsonb not null default '[]',
      problem text
    );
    create index training_imports_program on training_imports (program_id, created_at desc);

    create table training_import_rows (
      import_id uuid not null references training_imports on delete cascade,
      line integer not null,
      -- { column: text } as typed.
      cells jsonb not null,
      -- [{ column, message }]; a row without any is ready.
      problems jsonb not null,
      person_id uuid references people,
      person_name text,
      -- The outside training that it becomes.
      entry jsonb,
      -- The name of its file in the ZIP.
      scan text,
      primary key (import_id, line)
    );
  `.execute(db)
}
