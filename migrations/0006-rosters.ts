import { type Kysely, sql } from 'kysely'

/** Corrections can be followed from row to row and say why; a roster can be brought in from a file. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- spell_id stays the same through corrections, as assignment_id does; superseded_reason says why a row no longer counts.
    alter table assignments add column superseded_reason text not null default '';
    alter table contact_spells add column spell_id uuid not null default gen_random_uuid(),
      add column superseded_reason text not null default '';
    alter table leave_spells add column spell_id uuid not null default gen_random_uuid(),
      add column superseded_reason text not null default '';
    alter table certifications add column spell_id uuid not null default gen_random_uuid(),
      add column superseded_reason text not null default '';
    alter table license_statuses add column spell_id uuid not null default gen_random_uuid(),
      add column superseded_reason text not null default '';
    alter table program_details add column spell_id uuid not null default gen_random_uuid(),
      add column superseded_reason text not null default '';
    create unique index contact_spells_now on contact_spells (spell_id) where superseded_at is null;
    create unique index leave_spells_now on leave_spells (spell_id) where superseded_at is null;
    create unique index certifications_now on certifications (spell_id) where superseded_at is null;
    create unique index license_statuses_now on license_statuses (spell_id) where superseded_at is null;
    create unique index program_details_now on program_details (spell_id) where superseded_at is null;

    -- What was known then: superseded rows count too.
    create index assignments_program_ever on assignments (program_id);
    create index assignments_person_ever on assignments (person_id);
    create index contact_spells_ever on contact_spells (assignment_id);
    create index leave_spells_ever on leave_spells (assignment_id);
    create index roles_program on roles (program_id) where ended_at is null;

    alter table certifications drop constraint certifications_type_check,
      add check (type in ('st-cse-at-risk', 'qrtp', 'pregnant-and-parenting', 'supervised-independent-living'));

    -- A roster's file: checked first, applied when somebody says so. Not evidence: swept away after a while.
    create table roster_imports (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      created_by uuid not null references people,
      created_at timestamptz not null,
      file_name text not null,
      -- Null once applied.
      file bytea,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      state text not null default 'checking'
        check (state in ('checking', 'checked', 'applying', 'applied', 'changed-meanwhile', 'failed')),
      rows_done integer not null default 0,
      rows_total integer not null default 0,
      -- Renewed while a process works on it; one that stops is told apart from one that is slow.
      beat_at timestamptz not null default now(),
      -- What the check found would be done; applied only while that is still the same.
      plan_hash text,
      counts jsonb,
      -- Headings of the file that we do not know.
      ignored_headings jsonb not null default '[]',
      problem text,
      finished_at timestamptz
    );
    create index roster_imports_program on roster_imports (program_id, created_at desc);
    comment on column roster_imports.counts is '{ new, changed, unchanged, refused }';

    create table roster_import_rows (
      import_id uuid not null references roster_imports on delete cascade,
      line integer not null,
      kind text not null check (kind in ('new', 'changed', 'unchanged', 'refused')),
      -- { column: text } as typed.
      cells jsonb not null,
      -- [{ column, message }]
      problems jsonb not null default '[]',
      -- [{ column, from, to }]
      changes jsonb not null default '[]',
      primary key (import_id, line)
    );
    create index roster_import_rows_kind on roster_import_rows (import_id, kind, line);
  `.execute(db)
}
