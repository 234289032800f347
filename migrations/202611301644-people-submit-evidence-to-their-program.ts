import { type Kysely, sql } from 'kysely'

/** Evidence that people submit for a requirement of their program's own. It counts once an administrator accepts it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table program_training_submissions (
      id uuid primary key default gen_random_uuid(),
      requirement_id uuid not null,
      program_id uuid not null references programs,
      person_id uuid not null references people,
      completed_on date not null,
      hours numeric(6, 2) check (hours > 0 and hours <= 1000),
      provider text not null default '',
      file_id uuid references program_training_files,
      submitted_at timestamptz not null
    );
    create index program_training_submissions_person on program_training_submissions (person_id);
    create index program_training_submissions_program on program_training_submissions (program_id);

    -- A submission without a row here waits.
    create table program_training_submission_ends (
      submission_id uuid primary key references program_training_submissions,
      outcome text not null check (outcome in ('accepted', 'declined', 'withdrawn')),
      reason text not null default '',
      ended_by uuid not null references people,
      ended_at timestamptz not null,
      check (outcome = 'withdrawn' or reason <> '')
    );

    alter table program_trainings add column submission_id uuid references program_training_submissions;

    create trigger program_training_submissions_append_only before update or delete on program_training_submissions
      for each row execute function refuse_change();
    create trigger program_training_submission_ends_append_only before update or delete on program_training_submission_ends
      for each row execute function refuse_change();
    create trigger program_training_submissions_no_truncate before truncate on program_training_submissions
      execute function refuse_change();
    create trigger program_training_submission_ends_no_truncate before truncate on program_training_submission_ends
      execute function refuse_change();
  `.execute(db)
}
