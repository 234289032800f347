import { type Kysely, sql } from 'kysely'

/** What a program asks of its people beyond the law: who, how often, with what evidence; and the trainings that meet it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A change from a day on is another row of the same requirement_id. A row is superseded, never rewritten.
    create table program_requirements (
      id uuid primary key default gen_random_uuid(),
      requirement_id uuid not null default gen_random_uuid(),
      program_id uuid not null references programs,
      title text not null check (title <> ''),
      -- What asks for it: a statute, a license condition, the program's policy.
      source text not null default '',
      -- Who: an empty list means any.
      roles text[] not null default '{}',
      units text[] not null default '{}',
      worker_types text[] not null default '{}',
      in_contact boolean not null default false,
      -- How often.
      schedule text not null check (schedule in ('once', 'same-month', 'fixed-month', 'months')),
      month integer check (month between 1 and 12),
      months integer check (months between 1 and 120),
      first_days integer not null check (first_days between 0 and 730),
      -- Evidence.
      needs_file boolean not null default false,
      least_hours numeric(6, 2) check (least_hours > 0 and least_hours <= 1000),
      -- A course of this system that meets it, too.
      course text,
      from_on date not null,
      to_on date check (to_on >= from_on),
      recorded_at timestamptz not null default now(),
      recorded_by uuid not null references people,
      reason text not null default '',
      superseded_at timestamptz,
      superseded_by uuid references people,
      superseded_reason text not null default '',
      check ((schedule = 'fixed-month') = (month is not null)),
      check ((schedule = 'months') = (months is not null))
    );
    create index program_requirements_program on program_requirements (program_id);
    create unique index program_requirements_now on program_requirements (requirement_id, from_on)
      where superseded_at is null;

    -- One file may be the evidence for many people, such as a sign-in sheet.
    create table program_training_files (
      id uuid primary key default gen_random_uuid(),
      file bytea not null,
      file_name text not null,
      file_type text not null check (file_type in ('application/pdf', 'image/png', 'image/jpeg'))
    );

    create table program_trainings (
      id uuid primary key default gen_random_uuid(),
      requirement_id uuid not null,
      program_id uuid not null references programs,
      person_id uuid not null references people,
      completed_on date not null,
      hours numeric(6, 2) check (hours > 0 and hours <= 1000),
      provider text not null default '',
      file_id uuid references program_training_files,
      recorded_at timestamptz not null default now(),
      recorded_by uuid not null references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      superseded_reason text not null default '',
      check (recorded_by <> person_id)
    );
    create index program_trainings_person on program_trainings (person_id);
    create index program_trainings_program on program_trainings (program_id, requirement_id);

    create trigger program_requirements_kept before update or delete on program_requirements
      for each row execute function refuse_rewriting('superseded_at', 'superseded_by', 'superseded_reason');
    create trigger program_trainings_kept before update or delete on program_trainings
      for each row execute function refuse_rewriting('superseded_at', 'superseded_by', 'superseded_reason');
    create trigger program_training_files_append_only before update or delete on program_training_files
      for each row execute function refuse_change();
    create trigger program_requirements_no_truncate before truncate on program_requirements
      execute function refuse_rewriting();
    create trigger program_trainings_no_truncate before truncate on program_trainings
      execute function refuse_rewriting();
    create trigger program_training_files_no_truncate before truncate on program_training_files
      execute function refuse_change();
  `.execute(db)
}
