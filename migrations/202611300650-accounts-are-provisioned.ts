import { type Kysely, sql } from 'kysely'

/** An agency's directory creates and deactivates accounts by SCIM 2.0, and its groups give roles. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scim_connections (
      id uuid primary key default gen_random_uuid(),
      label text not null check (char_length(label) between 1 and 100),
      -- Null: it reaches everyone in its domains. Otherwise it ends work and roles in this holder's programs alone.
      holder_id uuid references license_holders,
      domains text[] not null check (cardinality(domains) > 0),
      token_hash text not null unique,
      created_by uuid not null references people,
      created_at timestamptz not null,
      token_made_at timestamptz not null,
      expires_at timestamptz not null check (expires_at <= token_made_at + interval '366 days'),
      last_used_at timestamptz,
      ended_at timestamptz,
      ended_by uuid references people
    );

    -- An account as the directory knows it. A removed one is kept: the person and their records stay.
    create table scim_users (
      connection_id uuid not null references scim_connections,
      person_id uuid not null references people,
      user_name text not null,
      external_id text,
      is_active boolean not null default true,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      removed_at timestamptz,
      primary key (connection_id, person_id)
    );
    create unique index scim_users_name on scim_users (connection_id, lower(user_name)) where removed_at is null;

    create table scim_groups (
      id uuid primary key default gen_random_uuid(),
      connection_id uuid not null references scim_connections,
      display_name text not null,
      external_id text,
      created_at timestamptz not null,
      changed_at timestamptz not null
    );
    create unique index scim_groups_name on scim_groups (connection_id, lower(display_name));

    create table scim_group_members (
      group_id uuid not null references scim_groups on delete cascade,
      person_id uuid not null references people,
      primary key (group_id, person_id)
    );

    -- Which role membership in a group gives. The source is 'scim:<connection>' or 'provider:<id>'.
    create table group_roles (
      id uuid primary key default gen_random_uuid(),
      source text not null check (source ~ '^(scim|provider):'),
      group_name text not null check (char_length(group_name) between 1 and 200),
      role text not null,
      program_id uuid references programs,
      holder_id uuid references license_holders,
      made_by uuid not null references people,
      made_at timestamptz not null,
      confirmed_by uuid references people,
      confirmed_at timestamptz,
      ended_at timestamptz,
      ended_by uuid references people,
      check (confirmed_by <> made_by)
    );

    -- Roles that a group gave, and that end with the membership.
    create table group_role_grants (
      role_id uuid primary key references roles,
      group_role_id uuid not null references group_roles
    );
  `.execute(db)
}
