import { type Kysely, sql } from 'kysely'

/**
 * Trainings led by an instructor are announced, joined in order and attended; scholarships are asked for. What was
 * registered, attended, asked and answered is never rewritten or removed: each step is a row more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The session itself never changes; its row is what registrations take turns on.
    create table led_sessions (
      id uuid primary key default gen_random_uuid(),
      -- Whose administrators organise it; null: the installation's.
      program_id uuid references programs,
      created_by uuid not null references people,
      created_at timestamptz not null
    );

    -- What is announced; the latest counts.
    create table led_session_details (
      id bigint generated always as identity primary key,
      session_id uuid not null references led_sessions,
      -- The catalogue's id of the training; empty for a title of its own.
      training text not null default '',
      title text not null check (title <> ''),
      code text not null default '',
      provider text not null check (provider <> ''),
      instructor text not null check (instructor <> ''),
      -- Has an account here, and may record who attended.
      instructor_id uuid references people,
      place text not null check (place <> ''),
      -- Told to those alone who have a place.
      link text not null default '',
      -- For everybody with an account; otherwise for the program's people.
      is_for_all boolean not null,
      audience text not null check (audience <> ''),
      contact text not null check (contact <> ''),
      about text not null default '',
      mastery text not null default '',
      is_human_trafficking boolean not null,
      -- [{ starts_at, ends_at }], in order
      meetings jsonb not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > starts_at),
      hours numeric(5, 2) not null check (hours > 0),
      places integer not null check (places between 1 and 1000),
      closes_at timestamptz not null check (closes_at <= ends_at),
      -- Who misses more minutes than this gets no credit.
      minutes_may_miss integer not null check (minutes_may_miss >= 0),
      recorded_by uuid not null references people,
      recorded_at timestamptz not null
    );
    create index led_session_details_latest on led_session_details (session_id, id desc);

    create table led_session_cancellations (
      session_id uuid primary key references led_sessions,
      reason text not null check (reason <> ''),
      cancelled_by uuid not null references people,
      cancelled_at timestamptz not null
    );

    -- Their ids are the order of the waiting list.
    create table led_registrations (
      id bigint generated always as identity primary key,
      session_id uuid not null references led_sessions,
      person_id uuid not null references people,
      registered_at timestamptz not null
    );
    create index led_registrations_session on led_registrations (session_id, id);
    create index led_registrations_person on led_registrations (person_id);

    -- Given at once, or when the one before moved up or away.
    create table led_places (
      registration_id bigint primary key references led_registrations,
      given_at timestamptz not null
    );

    create table led_registration_ends (
      registration_id bigint primary key references led_registrations,
      ended_by uuid not null references people,
      ended_at timestamptz not null
    );

    -- The latest counts; a correction says why.
    create table led_attendance (
      id bigint generated always as identity primary key,
      registration_id bigint not null references led_registrations,
      outcome text not null check (outcome in ('present', 'absent')),
      minutes_missed integer not null default 0 check (minutes_missed >= 0),
      reason text not null default '',
      recorded_by uuid not null references people,
      recorded_at timestamptz not null,
      check (outcome = 'present' or minutes_missed = 0)
    );
    create index led_attendance_registration on led_attendance (registration_id, id desc);

    -- The training that an attendance gave, to be accepted like any other from elsewhere.
    create table led_credits (
      attendance_id bigint primary key references led_attendance,
      outside_training_id uuid not null unique references outside_trainings
    );

    create table scholarship_requests (
      id uuid primary key default gen_random_uuid(),
      training text not null,
      program_id uuid not null references programs,
      trainee text not null check (trainee <> ''),
      why text not null check (why <> ''),
      contact text not null check (contact <> ''),
      requested_by uuid not null references people,
      requested_at timestamptz not null
    );
    create index scholarship_requests_person on scholarship_requests (requested_by, requested_at desc);

    create table scholarship_steps (
      id bigint generated always as identity primary key,
      request_id uuid not null references scholarship_requests,
      step text not null check (step in ('asked', 'answered', 'granted', 'declined', 'withdrawn')),
      words text not null default '',
      taken_by uuid not null references people,
      taken_at timestamptz not null,
      check (words <> '' or step in ('granted', 'withdrawn'))
    );
    create index scholarship_steps_request on scholarship_steps (request_id, id);
  `.execute(db)
  for (const table of [
    ...['led_session_details', 'led_session_cancellations', 'led_registrations', 'led_places'],
    ...[
      'led_registration_ends',
      'led_attendance',
      'led_credits',
      'scholarship_requests',
      'scholarship_steps',
    ],
  ])
    await sql`
      create trigger ${sql.id(`${table}_append_only`)} before update or delete on ${sql.table(table)} for each row execute function refuse_change();
      create trigger ${sql.id(`${table}_no_truncate`)} before truncate on ${sql.table(table)} execute function refuse_change();
    `.execute(db)
}
