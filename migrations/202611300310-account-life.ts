import { type Kysely, sql } from 'kysely'

/** An account can be suspended and closed, has more than one way to sign in, and its email can change. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A closed account is a suspended one that isn't expected back; the ledger says who changed it, when and why.
    alter table people
      add column pronunciation text not null default '' check (char_length(pronunciation) <= 200),
      add column closed_at timestamptz check (closed_at is null or disabled_at is not null);

    alter table sessions
      add column device text not null default '',
      add column last_used_at timestamptz not null default now();

    create table email_changes (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      from_email text,
      to_email text not null check (to_email = lower(to_email) and char_length(to_email) <= 254),
      token_hash text not null unique,
      reason text not null default '',
      requested_by uuid not null references people,
      requested_at timestamptz not null,
      expires_at timestamptz not null,
      confirmed_at timestamptz,
      canceled_at timestamptz
    );
    create unique index email_changes_open on email_changes (person_id) where confirmed_at is null and canceled_at is null;

    create table passkeys (
      id text primary key,
      person_id uuid not null references people,
      public_key bytea not null,
      counter bigint not null,
      transports text[] not null,
      name text not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz
    );
    create index passkeys_person on passkeys (person_id);

    -- An authenticator app. last_step is the time step of the code used last: a code works once.
    create table authenticators (
      person_id uuid primary key references people,
      secret text not null,
      last_step bigint not null default 0,
      created_at timestamptz not null default now(),
      confirmed_at timestamptz
    );

    create table recovery_codes (
      person_id uuid not null references people,
      code_hash text not null,
      used_at timestamptz,
      primary key (person_id, code_hash)
    );

    -- What a browser must answer next: a second factor, or a passkey's challenge.
    create table sign_in_challenges (
      token_hash text primary key,
      kind text not null check (kind in ('second-factor', 'passkey-sign-in', 'passkey-registration')),
      person_id uuid references people,
      challenge text not null default '',
      expires_at timestamptz not null
    );

    -- Where a person has signed in before: by the device's cookie, and by the network address, both hashed.
    create table known_devices (
      person_id uuid not null references people,
      token_hash text not null,
      device text not null,
      last_used_at timestamptz not null,
      second_factor_until timestamptz,
      primary key (person_id, token_hash)
    );
    create table known_places (
      person_id uuid not null references people,
      place_hash text not null,
      last_used_at timestamptz not null,
      primary key (person_id, place_hash)
    );

    -- One row for each account, device or address that guesses; it is locked and raised before a password is hashed.
    create table sign_in_attempts (
      subject text primary key,
      level double precision not null,
      at timestamptz not null
    );
    drop table failed_sign_ins;
  `.execute(db)
}
