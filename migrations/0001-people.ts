import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table people (
      id uuid primary key default gen_random_uuid(),
      name text not null check (name <> '' and char_length(name) <= 200),
      email text not null check (email = lower(email) and char_length(email) <= 254),
      password_hash text,
      -- Safe at Home (Minn. Stat. 13.045) and the like: wins over every page that others see.
      is_confidential boolean not null default false,
      disabled_at timestamptz,
      last_active_on date,
      created_at timestamptz not null default now()
    );
    create unique index people_email on people (email);
    comment on column people.password_hash is 'argon2id in PHC form; null until the person has set one';

    -- A grant is never edited: it ends, and says who ended it.
    create table roles (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      role text not null check (role in ('supervisor', 'program_admin', 'licensing', 'reviewer', 'system_admin')),
      -- The program or the license holder it reaches; both null for licensing, reviewers and system administrators.
      program_id uuid,
      holder_id uuid,
      granted_at timestamptz not null default now(),
      granted_by uuid references people,
      ended_at timestamptz,
      ended_by uuid references people,
      check (granted_by is null or granted_by <> person_id),
      check ((role in ('supervisor', 'program_admin')) = (num_nonnulls(program_id, holder_id) = 1)
             and num_nonnulls(program_id, holder_id) <= 1)
    );
    create index roles_person on roles (person_id) where ended_at is null;
    create unique index roles_once on roles (person_id, role, program_id, holder_id) nulls not distinct where ended_at is null;

    create table sessions (
      token_hash text primary key check (token_hash ~ '^[0-9a-f]{64}$'),
      handle uuid not null default gen_random_uuid(),
      person_id uuid not null references people,
      expires_at timestamptz not null,
      absolute_expires_at timestamptz not null,
      -- When the password was last given, for acts that ask for it again.
      confirmed_at timestamptz not null default now(),
      created_at timestamptz not null default now()
    );
    create index sessions_person on sessions (person_id);

    create table invitations (
      id uuid primary key default gen_random_uuid(),
      token_hash text not null unique,
      person_id uuid not null references people,
      purpose text not null check (purpose in ('invite', 'reset')),
      created_by uuid references people,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    );
    create index invitations_person on invitations (person_id);

    -- Wrong passwords, by account and by address, both hashed; they slow the next tries and are swept away after a day.
    create table sign_in_misses (
      id bigint generated always as identity primary key,
      subject text not null,
      at timestamptz not null default now()
    );
    create index sign_in_misses_subject on sign_in_misses (subject, at);

    create table settings (
      name text primary key,
      value jsonb not null,
      changed_at timestamptz not null default now(),
      changed_by uuid references people
    );
  `.execute(db)
}
