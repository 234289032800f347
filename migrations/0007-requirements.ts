import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Training taken elsewhere, as its taker or an administrator recorded it. A correction supersedes.
    create table outside_trainings (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      title text not null check (title <> ''),
      provider text not null default '',
      -- A code of the Training Academy, such as X205.
      code text,
      completed_on date not null,
      hours numeric(6, 2) check (hours >= 0 and hours <= 1000),
      topics text not null default '',
      -- How mastery was shown, as licensing rules for sister programs ask.
      mastery text not null default '',
      is_human_trafficking boolean not null,
      is_same_curriculum boolean not null default false,
      file bytea,
      file_name text,
      file_type text check (file_type in ('application/pdf', 'image/png', 'image/jpeg')),
      recorded_by uuid not null references people,
      recorded_at timestamptz not null default now(),
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default '',
      check (num_nonnulls(file, file_name, file_type) in (0, 3))
    );
    create index outside_trainings_person on outside_trainings (person_id) where superseded_at is null;

    -- A program's license holder (or agency) accepts or declines a training; a second decision supersedes the first.
    create table training_decisions (
      id uuid primary key default gen_random_uuid(),
      outside_training_id uuid references outside_trainings,
      completion_id uuid references completions,
      program_id uuid not null references programs,
      is_accepted boolean not null,
      is_certificate_verified boolean not null default false,
      reason text not null default '',
      decided_by uuid not null references people,
      decided_at timestamptz not null default now(),
      superseded_at timestamptz,
      check (num_nonnulls(outside_training_id, completion_id) = 1),
      check (is_accepted or reason <> '')
    );
    create index training_decisions_outside on training_decisions (outside_training_id) where superseded_at is null;
    create index training_decisions_completion on training_decisions (completion_id) where superseded_at is null;

    -- A program's own reading where the law leaves one open.
    create table program_readings (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      readings jsonb not null,
      recorded_by uuid references people,
      recorded_at timestamptz not null default now(),
      superseded_at timestamptz,
      reason text not null default ''
    );
    create unique index program_readings_now on program_readings (program_id) where superseded_at is null;

    -- What the rules computed, kept so that a page over many people asks no rule: never the truth, always its copy.
    create table standings (
      person_id uuid not null references people,
      program_id uuid not null references programs,
      requirement text not null,
      standing text not null,
      due_on date,
      satisfied_on date,
      late_days integer not null,
      is_late_running boolean not null,
      rule text not null,
      primary key (person_id, program_id, requirement)
    );
    create index standings_program on standings (program_id, requirement, standing);

    create table clearances (
      person_id uuid not null references people,
      program_id uuid not null references programs,
      answer text not null check (answer in ('yes', 'no', 'unknown')),
      until_on date,
      because text not null,
      -- In direct contact, on leave, not yet, ended: what the roster says that day.
      contact text not null,
      primary key (person_id, program_id)
    );
    create index clearances_program on clearances (program_id);

    -- For which day a person's verdicts were computed, by which rule set, and when the next one changes by itself.
    create table standing_passes (
      person_id uuid primary key references people,
      ruleset text not null,
      computed_on date not null,
      next_change_on date
    );
    create index standing_passes_next_change on standing_passes (next_change_on);
    create index standing_passes_ruleset on standing_passes (ruleset);

    -- A program's token for its scheduling software: only its hash is kept.
    create table api_tokens (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
      label text not null check (label <> ''),
      created_by uuid not null references people,
      created_at timestamptz not null default now(),
      ended_at timestamptz,
      ended_by uuid references people
    );
    create index api_tokens_program on api_tokens (program_id);
  `.execute(db)
}
