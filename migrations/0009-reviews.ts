import { type Kysely, sql } from 'kysely'

/**
 * Licensing staff review a program: what they note and find, what the program answers, and what they took away with
 * them. What was noted, found or answered is never rewritten or removed; a state or a finding changes by a row more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table reviews (
      id uuid primary key default gen_random_uuid(),
      number integer generated always as identity unique,
      program_id uuid not null references programs,
      purpose text not null check (purpose <> ''),
      opened_by uuid not null references people,
      opened_at timestamptz not null
    );
    create index reviews_program on reviews (program_id, opened_at desc);

    create table review_states (
      id bigint generated always as identity primary key,
      review_id uuid not null references reviews,
      state text not null check (state in ('open', 'awaiting-program', 'closed')),
      reason text not null default '',
      changed_by uuid not null references people,
      changed_at timestamptz not null
    );
    create index review_states_review on review_states (review_id, id desc);

    create table review_notes (
      id uuid primary key default gen_random_uuid(),
      review_id uuid not null references reviews,
      body text not null check (body <> ''),
      written_by uuid not null references people,
      written_at timestamptz not null
    );
    create index review_notes_review on review_notes (review_id, written_at);

    create table review_findings (
      id uuid primary key default gen_random_uuid(),
      review_id uuid not null references reviews,
      -- Counted within the review.
      number integer not null check (number > 0),
      person_id uuid references people,
      -- A rule of time such as R2, or empty where the finding is about something else.
      rule text not null default '' check (rule ~ '^(R[0-9]+)?$'),
      body text not null check (body <> ''),
      follow_up_on date,
      written_by uuid not null references people,
      written_at timestamptz not null,
      unique (review_id, number)
    );

    -- Sent: the program's administrators see it from then on. The follow-up day in force is the latest act's, if it has one.
    create table review_finding_acts (
      id bigint generated always as identity primary key,
      finding_id uuid not null references review_findings,
      act text not null check (act in ('sent', 'follow-up-moved', 'resolved', 'reopened', 'withdrawn')),
      follow_up_on date check ((act = 'follow-up-moved') = (follow_up_on is not null)),
      reason text not null default '',
      acted_by uuid not null references people,
      acted_at timestamptz not null
    );
    create index review_finding_acts_finding on review_finding_acts (finding_id, id desc);

    create table review_answers (
      id uuid primary key default gen_random_uuid(),
      finding_id uuid not null references review_findings,
      body text not null check (body <> ''),
      file bytea,
      file_name text,
      file_type text check (file_type in ('application/pdf', 'image/png', 'image/jpeg')),
      answered_by uuid not null references people,
      answered_at timestamptz not null,
      check (num_nonnulls(file, file_name, file_type) in (0, 3))
    );
    create index review_answers_finding on review_answers (finding_id, answered_at);

    create trigger reviews_append_only before update or delete on reviews for each row execute function refuse_change();
    create trigger review_states_append_only before update or delete on review_states for each row execute function refuse_change();
    create trigger review_notes_append_only before update or delete on review_notes for each row execute function refuse_change();
    create trigger review_findings_append_only before update or delete on review_findings for each row execute function refuse_change();
    create trigger review_finding_acts_append_only before update or delete on review_finding_acts for each row execute function refuse_change();
    create trigger review_answers_append_only before update or delete on review_answers for each row execute function refuse_change();

    -- A packet is asked for, made in the background, and then kept as it is.
    create table review_packets (
      id uuid primary key default gen_random_uuid(),
      review_id uuid not null references reviews,
      -- 128 random bits, by which anybody who holds a packet can check it.
      code text not null unique check (code ~ '^[a-z2-7]{26}$'),
      from_on date not null,
      to_on date not null check (to_on >= from_on),
      -- Null: everybody.
      sample_size integer check (sample_size > 0),
      seed text not null default '',
      state text not null default 'making' check (state in ('making', 'made', 'failed')),
      people_done integer not null default 0,
      people_total integer not null default 0,
      -- Renewed while a process works on it; one that stopped is told apart from one that is slow.
      beat_at timestamptz not null,
      problem text,
      requested_by uuid not null references people,
      requested_at timestamptz not null,
      made_at timestamptz,
      pdf bytea,
      pdf_sha256 text check (pdf_sha256 ~ '^[0-9a-f]{64}$'),
      zip bytea,
      zip_sha256 text check (zip_sha256 ~ '^[0-9a-f]{64}$'),
      check ((state = 'made') = (num_nonnulls(pdf, pdf_sha256, zip, zip_sha256, made_at) = 5))
    );
    create index review_packets_review on review_packets (review_id, requested_at desc);
    create index review_packets_unmade on review_packets (beat_at) where state = 'making';

    create function refuse_change_once_made() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' or old.state = 'made' then
        raise exception '% is kept as made: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
      end if;
      return new;
    end $$;
    create trigger review_packets_kept before update or delete on review_packets for each row execute function refuse_change_once_made();

    -- Many certificates held against the register at once, with what was found that day.
    create table bulk_verifications (
      id uuid primary key default gen_random_uuid(),
      review_id uuid not null references reviews,
      -- [{ asked, ... }]: one entry a number, code or file, and one a person without a certificate.
      results jsonb not null,
      verified_by uuid not null references people,
      verified_at timestamptz not null
    );
    create index bulk_verifications_review on bulk_verifications (review_id, verified_at desc);
    create trigger bulk_verifications_append_only before update or delete on bulk_verifications for each row execute function refuse_change();

    -- License and certification data as looked up, checked first and applied when somebody says so.
    create table registry_imports (
      id uuid primary key default gen_random_uuid(),
      file_name text not null,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      -- The file's text, from which the changes are worked out again when they are applied.
      content text not null,
      created_by uuid not null references people,
      created_at timestamptz not null,
      applied_by uuid references people,
      applied_at timestamptz,
      check ((applied_by is null) = (applied_at is null))
    );
    create index registry_imports_created on registry_imports (created_at desc);
  `.execute(db)
}
