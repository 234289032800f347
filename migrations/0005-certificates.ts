import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table certificate_counter (
      is_only boolean primary key default true check (is_only),
      last_number bigint not null default 0
    );
    insert into certificate_counter default values;

    create table certificates (
      id uuid primary key default gen_random_uuid(),
      completion_id uuid not null references completions,
      person_id uuid not null references people,
      -- The certificate that this one corrects.
      corrects_id uuid unique references certificates,
      number text not null unique,
      -- 128 random bits, in the QR code: holding the paper is knowing it.
      token text not null unique check (token ~ '^[a-z2-7]{26}$'),
      -- What is printed, frozen when it was issued.
      facts jsonb not null,
      issued_at timestamptz not null default now()
    );
    create unique index certificates_one_a_completion on certificates (completion_id) where corrects_id is null;
    create index certificates_person on certificates (person_id);

    -- The issued bytes, served again unchanged.
    create table certificate_files (
      certificate_id uuid primary key references certificates,
      pdf bytea not null,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      created_at timestamptz not null default now()
    );

    create table certificate_acts (
      certificate_id uuid not null references certificates,
      act text not null check (act in ('revoked', 'superseded')),
      reason text not null check (reason <> ''),
      acted_by uuid references people,
      confirmed_by uuid references people,
      acted_at timestamptz not null default now(),
      primary key (certificate_id, act),
      check (acted_by <> confirmed_by)
    );

    -- Names tried against a certificate, to slow guessing.
    create table name_tries (
      id bigint generated always as identity primary key,
      token text not null,
      at timestamptz not null default now()
    );
    create index name_tries_token on name_tries (token, at);

    create trigger certificates_append_only before update or delete on certificates for each row execute function refuse_change();
    create trigger certificate_files_append_only before update or delete on certificate_files for each row execute function refuse_change();
    create trigger certificate_acts_append_only before update or delete on certificate_acts for each row execute function refuse_change();
  `.execute(db)
}
