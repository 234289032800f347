import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The commissioner's approval of one text of one course: it counts from the second reviewer's confirmation on.
    create table course_approvals (
      id uuid primary key default gen_random_uuid(),
      course text not null,
      version text not null,
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      authority text not null check (authority <> ''),
      reference text not null check (reference <> ''),
      approved_on date not null,
      is_demonstration boolean not null default false,
      document bytea,
      document_name text,
      document_type text,
      recorded_by uuid references people,
      recorded_at timestamptz not null default now()
    );
    create index course_approvals_text on course_approvals (course, version, content_hash);

    create table course_approval_acts (
      approval_id uuid not null references course_approvals,
      act text not null check (act in ('confirmed', 'refused', 'withdrawn')),
      reason text not null default '',
      acted_by uuid references people,
      acted_at timestamptz not null default now(),
      primary key (approval_id, act)
    );
    create trigger course_approvals_append_only before update or delete on course_approvals for each row execute function refuse_change();
    create trigger course_approval_acts_append_only before update or delete on course_approval_acts for each row execute function refuse_change();

    -- One person taking one text of one course, once; an annual retake is a new enrollment.
    create table enrollments (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      course text not null,
      version text not null,
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      started_at timestamptz not null default now(),
      -- When it led to a completion, or the learner moved to another version.
      ended_at timestamptz
    );
    create unique index enrollments_open on enrollments (person_id, course) where ended_at is null;
    create index enrollments_person on enrollments (person_id, course, started_at desc);

    -- Finished: the learner went on from its end. Skipped: set aside after its content note, to come back to.
    create table lesson_marks (
      enrollment_id uuid not null references enrollments,
      module text not null,
      lesson text not null,
      mark text not null check (mark in ('finished', 'skipped')),
      marked_at timestamptz not null default now(),
      primary key (enrollment_id, module, lesson, mark)
    );

    -- How long a lesson's page was open and visible: evidence, never a gate.
    create table lesson_times (
      id bigint generated always as identity primary key,
      enrollment_id uuid not null references enrollments,
      module text not null,
      lesson text not null,
      visible_seconds integer not null check (visible_seconds between 0 and 86400),
      at timestamptz not null default now()
    );
    create index lesson_times_enrollment on lesson_times (enrollment_id);

    create table attempts (
      id uuid primary key default gen_random_uuid(),
      enrollment_id uuid not null references enrollments,
      module text not null,
      -- [{ question, seed }]: the questions drawn; the seed gives this attempt's order and ids of the choices.
      drawn jsonb not null,
      pass_mark integer not null,
      started_at timestamptz not null default now()
    );
    create index attempts_enrollment on attempts (enrollment_id, module);

    create table attempt_answers (
      attempt_id uuid not null references attempts,
      position integer not null check (position >= 0),
      -- A scenario is answered in several steps; every other question in one.
      step integer not null default 0 check (step >= 0),
      answer jsonb not null,
      is_correct boolean not null,
      is_last_step boolean not null,
      answered_at timestamptz not null default now(),
      primary key (attempt_id, position, step)
    );

    create table attempt_results (
      attempt_id uuid primary key references attempts,
      correct integer not null,
      total integer not null,
      is_passed boolean not null,
      finished_at timestamptz not null default now()
    );

    create table completions (
      id uuid primary key default gen_random_uuid(),
      enrollment_id uuid not null unique references enrollments,
      person_id uuid not null references people,
      course text not null,
      version text not null,
      content_hash text not null,
      completed_at timestamptz not null,
      -- The America/Chicago day of completed_at.
      completed_on date not null,
      -- [{ number, title, completed_on }]
      modules jsonb not null,
      minutes integer not null
    );
    create index completions_person on completions (person_id, completed_on);

    create table completion_voids (
      completion_id uuid primary key references completions,
      reason text not null check (reason <> ''),
      voided_by uuid not null references people,
      voided_at timestamptz not null default now()
    );

    create trigger attempts_append_only before update or delete on attempts for each row execute function refuse_change();
    create trigger attempt_answers_append_only before update or delete on attempt_answers for each row execute function refuse_change();
    create trigger attempt_results_append_only before update or delete on attempt_results for each row execute function refuse_change();
    create trigger completions_append_only before update or delete on completions for each row execute function refuse_change();
    create trigger completion_voids_append_only before update or delete on completion_voids for each row execute function refuse_change();
  `.execute(db)
}
