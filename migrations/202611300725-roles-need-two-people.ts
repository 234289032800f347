import { type Kysely, sql } from 'kysely'

/** Wide roles and backdated hires wait for a second person; a role has a last use and is confirmed once a year. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Who made the account: for a month they can't be the other one of two people.
    alter table people add column created_by uuid references people;
    -- An email that a program typed for someone who has another account with it; no one signs in with it here.
    alter table people add column asked_email text;

    alter table roles drop constraint roles_role_check, drop constraint roles_check1;
    alter table roles
      add constraint roles_role_check check (role in ('supervisor', 'trainer', 'program_admin', 'licensing', 'reviewer', 'system_admin')),
      add constraint roles_reach_check check (
        (role in ('supervisor', 'trainer', 'program_admin')) = (num_nonnulls(program_id, holder_id) = 1)
        and num_nonnulls(program_id, holder_id) <= 1);

    -- When a role was last used, to the day: what no one uses is flagged.
    create table role_uses (
      role_id uuid primary key references roles,
      last_used_on date not null
    );

    -- What one person asked for and a second one decides. The facts say what is done then.
    create table second_person_requests (
      id uuid primary key default gen_random_uuid(),
      kind text not null check (kind in ('role', 'hire', 'roster-file')),
      person_id uuid references people,
      program_id uuid references programs,
      holder_id uuid references license_holders,
      facts jsonb not null,
      requested_by uuid not null references people,
      requested_at timestamptz not null,
      outcome text check (outcome in ('confirmed', 'refused', 'withdrawn')),
      ended_by uuid references people,
      ended_at timestamptz,
      check ((outcome is null) = (ended_at is null)),
      check (outcome <> 'confirmed' or (ended_by <> requested_by and ended_by is distinct from person_id))
    );
    create index second_person_requests_open on second_person_requests (requested_at) where outcome is null;
    create index second_person_requests_program on second_person_requests (program_id);

    -- Once a year someone goes through the list of who can do what. Null: the roles of the whole installation.
    create table access_confirmations (
      id uuid primary key default gen_random_uuid(),
      program_id uuid references programs,
      confirmed_by uuid not null references people,
      confirmed_at timestamptz not null,
      roles jsonb not null
    );
    create index access_confirmations_program on access_confirmations (program_id, confirmed_at desc);
    create trigger access_confirmations_append_only before update or delete on access_confirmations
      for each row execute function refuse_change();
    create trigger access_confirmations_no_truncate before truncate on access_confirmations
      execute function refuse_change();

    -- A system administrator looks at one person's training record, for an hour, and everyone concerned is told.
    create table record_openings (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      opened_by uuid not null references people,
      reason text not null check (reason <> ''),
      opened_at timestamptz not null,
      expires_at timestamptz not null check (expires_at <= opened_at + interval '1 hour'),
      check (opened_by <> person_id)
    );
    create index record_openings_person on record_openings (person_id, opened_at desc);
    create trigger record_openings_append_only before update or delete on record_openings
      for each row execute function refuse_change();
    create trigger record_openings_no_truncate before truncate on record_openings execute function refuse_change();

    -- A program asks someone who has an account whether it may see their record. Until they agree, the program works
    -- with an empty account that stands for them (placeholder_id), and doesn't learn whether there is another one.
    create table record_requests (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      placeholder_id uuid not null references people,
      email text not null,
      person_id uuid not null references people,
      requested_by uuid not null references people,
      requested_at timestamptz not null,
      outcome text check (outcome in ('agreed', 'declined')),
      ended_at timestamptz,
      check ((outcome is null) = (ended_at is null))
    );
    create unique index record_requests_open on record_requests (placeholder_id) where outcome is null;
    create index record_requests_person on record_requests (person_id) where outcome is null;

    -- A worker hands their record to their next employer with a link.
    create table record_links (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      token_hash text not null unique,
      made_at timestamptz not null,
      expires_at timestamptz not null check (expires_at <= made_at + interval '7 days'),
      ended_at timestamptz
    );
    create index record_links_person on record_links (person_id);

    -- What a program was shown of a person's record, when, and by which consent.
    create table record_shares (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      program_id uuid not null references programs,
      link_id uuid references record_links,
      request_id uuid references record_requests,
      shown jsonb not null,
      shared_at timestamptz not null,
      shared_with uuid not null references people,
      check (num_nonnulls(link_id, request_id) = 1)
    );
    create index record_shares_person on record_shares (person_id, shared_at desc);
    create trigger record_shares_append_only before update or delete on record_shares
      for each row execute function refuse_change();
    create trigger record_shares_no_truncate before truncate on record_shares execute function refuse_change();
  `.execute(db)
}
