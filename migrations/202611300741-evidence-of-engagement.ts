import { type Kysely, sql } from 'kysely'

/** How a course was taken: lessons opened and for how long, exercises tried, and what that says of a completion. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- From the moment the service sent the page of a lesson to the moment its reader went on.
    create table lesson_readings (
      enrollment_id uuid not null references enrollments,
      module text not null,
      lesson text not null,
      opened_at timestamptz not null,
      finished_at timestamptz not null,
      primary key (enrollment_id, module, lesson, opened_at)
    );

    -- That an exercise was tried, never what was answered.
    create table exercise_tries (
      enrollment_id uuid not null references enrollments,
      module text not null,
      lesson text not null,
      exercise text not null,
      tried_at timestamptz not null,
      primary key (enrollment_id, module, lesson, exercise)
    );

    create table completion_evidence (
      completion_id uuid primary key references completions,
      planned_minutes integer not null,
      reading_seconds integer not null,
      lessons integer not null,
      lessons_opened integer not null,
      exercises integer not null,
      exercises_tried integer not null,
      attempts integer not null,
      -- Of the passed attempt that went fastest. Null for a course without questions.
      seconds_per_question integer,
      -- What it was compared with: { fastest_percent, seconds_per_question }
      thresholds jsonb not null,
      -- Sentences. Empty unless it is a fast completion.
      reasons jsonb not null,
      is_fast boolean not null
    );

    -- A supervisor talked with the learner and confirms a fast completion for their program.
    create table completion_confirmations (
      completion_id uuid not null references completions,
      program_id uuid not null references programs,
      note text not null check (note <> ''),
      confirmed_by uuid not null references people,
      confirmed_at timestamptz not null,
      primary key (completion_id, program_id)
    );

    -- Keys that the service makes for itself, so that all its processes share them.
    create table service_secrets (
      name text primary key,
      value text not null
    );

    create trigger lesson_readings_append_only before update or delete on lesson_readings for each row execute function refuse_change();
    create trigger exercise_tries_append_only before update or delete on exercise_tries for each row execute function refuse_change();
    create trigger completion_evidence_append_only before update or delete on completion_evidence for each row execute function refuse_change();
    create trigger completion_confirmations_append_only before update or delete on completion_confirmations for each row execute function refuse_change();
  `.execute(db)
}
