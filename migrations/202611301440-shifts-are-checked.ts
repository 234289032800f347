import { type Kysely, sql } from 'kysely'

/**
 * A program may have its shift leads check who is on a shift against clearance. A list is never edited: a changed one is
 * another row of the same shift. A check keeps what each person was told, and until when the answer was known to hold.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table programs add column checks_shifts boolean not null default false;
    alter table api_tokens add column may_send_shifts boolean not null default false;

    create table shifts (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      label text not null,
      starts_at timestamptz not null,
      created_at timestamptz not null,
      created_by uuid references people,
      token_id uuid references api_tokens,
      external_id text check (external_id <> ''),
      -- What was named and could not be found on the roster.
      unmatched text[] not null default '{}',
      check ((created_by is null) <> (token_id is null)),
      check ((external_id is null) = (token_id is null))
    );
    create index shifts_program on shifts (program_id, starts_at);
    create index shifts_external on shifts (program_id, external_id, created_at) where external_id is not null;

    create table shift_people (
      shift_id uuid not null references shifts,
      person_id uuid not null references people,
      primary key (shift_id, person_id)
    );

    create table shift_checks (
      id uuid primary key default gen_random_uuid(),
      shift_id uuid not null references shifts,
      program_id uuid not null references programs,
      checked_by uuid not null references people,
      checked_at timestamptz not null,
      recorded_at timestamptz not null,
      -- When the list was signed that answered without a connection.
      list_signed_at timestamptz,
      check (checked_at <= recorded_at)
    );
    create index shift_checks_program on shift_checks (program_id, checked_at);
    create index shift_checks_shift on shift_checks (shift_id);

    create table shift_check_answers (
      check_id uuid not null references shift_checks,
      person_id uuid not null references people,
      answer text not null check (answer in ('yes', 'no', 'unknown')),
      until_on date,
      on_leave boolean not null,
      because text not null,
      primary key (check_id, person_id)
    );
    create index shift_check_answers_person on shift_check_answers (person_id);
  `.execute(db)
  for (const table of ['shifts', 'shift_people', 'shift_checks', 'shift_check_answers'])
    await sql`
      create trigger ${sql.id(`${table}_append_only`)} before update or delete on ${sql.table(table)}
        for each row execute function refuse_change();
      create trigger ${sql.id(`${table}_no_truncate`)} before truncate on ${sql.table(table)}
        execute function refuse_change();
    `.execute(db)
}
