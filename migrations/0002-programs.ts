import { type Kysely, sql } from 'kysely'

/**
 * What is true of a program or a person's work there is a row with the days on which it holds (`from_on`, `to_on`, both
 * included; null: open) and the time at which it was known (`recorded_at` until `superseded_at`). A correction adds a
 * row and supersedes the old one; no row is ever rewritten or removed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table license_holders (
      id uuid primary key default gen_random_uuid(),
      name text not null check (name <> ''),
      created_at timestamptz not null default now()
    );

    create table programs (
      id uuid primary key default gen_random_uuid(),
      holder_id uuid not null references license_holders,
      kind text not null check (kind in ('licensed', 'agency')),
      created_at timestamptz not null default now()
    );
    create index programs_holder on programs (holder_id);
    alter table roles add foreign key (program_id) references programs, add foreign key (holder_id) references license_holders;

    create table program_details (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      name text not null check (name <> ''),
      license_number text check (license_number ~ '^[0-9]{6,7}$'),
      license_type text,
      licensing_authority text check (licensing_authority in ('DHS', 'DOC', 'other')),
      place text not null default '',
      from_on date not null,
      to_on date check (to_on >= from_on),
      recorded_at timestamptz not null default now(),
      recorded_by uuid references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default ''
    );
    create index program_details_program on program_details (program_id) where superseded_at is null;
    create index program_details_license on program_details (license_number) where superseded_at is null;

    create table license_statuses (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      status text not null check (status in ('active', 'conditional', 'suspended', 'revoked', 'expired')),
      may_operate boolean not null,
      from_on date not null,
      to_on date check (to_on >= from_on),
      checked_on date,
      recorded_at timestamptz not null default now(),
      recorded_by uuid references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default ''
    );
    create index license_statuses_program on license_statuses (program_id) where superseded_at is null;

    create table certifications (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      type text not null check (type in ('st-cse-at-risk', 'qrtp', 'pregnant-and-parenting', 'supervised-independent-living')),
      from_on date not null,
      to_on date check (to_on >= from_on),
      checked_on date,
      recorded_at timestamptz not null default now(),
      recorded_by uuid references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default ''
    );
    create index certifications_program on certifications (program_id) where superseded_at is null;

    -- assignment_id stays the same through corrections; contact and leave hang on it.
    create table assignments (
      id uuid primary key default gen_random_uuid(),
      assignment_id uuid not null default gen_random_uuid(),
      person_id uuid not null references people,
      program_id uuid not null references programs,
      worker_type text not null check (worker_type in ('employee', 'contractor', 'volunteer', 'student')),
      role_title text not null default '',
      hired_on date not null,
      separated_on date check (separated_on >= hired_on),
      -- Child-protection duties (Minn. Stat. 260E, 260C), in agencies.
      duties_from date,
      duties_to date check (duties_to >= duties_from),
      recorded_at timestamptz not null default now(),
      recorded_by uuid references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default ''
    );
    create unique index assignments_now on assignments (assignment_id) where superseded_at is null;
    create index assignments_program on assignments (program_id) where superseded_at is null;
    create index assignments_person on assignments (person_id) where superseded_at is null;

    create table contact_spells (
      id uuid primary key default gen_random_uuid(),
      assignment_id uuid not null,
      from_on date not null,
      -- The hour at which contact began, where it is known: it decides a training finished on the same day.
      from_at timestamptz,
      to_on date check (to_on >= from_on),
      recorded_at timestamptz not null default now(),
      recorded_by uuid references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default ''
    );
    create index contact_spells_assignment on contact_spells (assignment_id) where superseded_at is null;

    create table leave_spells (
      id uuid primary key default gen_random_uuid(),
      assignment_id uuid not null,
      from_on date not null,
      to_on date check (to_on >= from_on),
      recorded_at timestamptz not null default now(),
      recorded_by uuid references people,
      superseded_at timestamptz,
      superseded_by uuid references people,
      reason text not null default ''
    );
    create index leave_spells_assignment on leave_spells (assignment_id) where superseded_at is null;
  `.execute(db)
}
