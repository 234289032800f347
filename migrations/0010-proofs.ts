import { type Kysely, sql } from 'kysely'

/**
 * Certificates prove themselves: each has its places in the status lists and its credential, licensing staff revoke
 * and correct two by two, and the ledger's heads are signed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What a certificate's credential is made with, drawn when it was issued.
    create table certificate_proofs (
      certificate_id uuid primary key references certificates,
      salt text not null,
      -- Of both status lists: the first, the second …
      list integer not null check (list > 0),
      revocation_index integer not null check (revocation_index between 0 and 131071),
      supersession_index integer not null check (supersession_index between 0 and 131071),
      unique (list, revocation_index),
      unique (list, supersession_index)
    );
    insert into certificate_proofs (certificate_id, salt, list, revocation_index, supersession_index)
    select c.id, encode(sha256((gen_random_uuid()::text || gen_random_uuid())::bytea), 'hex'), 1, r.place, s.place
    from (select id, row_number() over () as n from certificates) c
    join (select place, row_number() over (order by random()) as n from generate_series(0, 131071) place) r on r.n = c.n
    join (select place, row_number() over (order by random()) as n from generate_series(0, 131071) place) s on s.n = c.n;

    alter table certificate_files add column credential text;
    comment on column certificate_files.credential is
      'The very text that was sealed into the PDF; null where a PDF was drawn before certificates carried one';

    -- Each signing of a list is a row more: the latest is published.
    create table status_lists (
      id bigint generated always as identity primary key,
      purpose text not null check (purpose in ('revocation', 'supersession')),
      list integer not null check (list > 0),
      credential text not null,
      signed_at timestamptz not null
    );
    create index status_lists_latest on status_lists (purpose, list, id desc);

    -- A completion whose certificate could not be printed as the facts stood; it is tried again.
    create table certificate_refusals (
      completion_id uuid primary key references completions,
      -- What would have been printed.
      certified jsonb not null,
      reason text not null,
      refused_at timestamptz not null
    );

    -- What one of licensing staff asks for, and another confirms.
    create table certificate_requests (
      id uuid primary key default gen_random_uuid(),
      certificate_id uuid not null references certificates,
      act text not null check (act in ('revoke', 'correct')),
      reason text not null check (reason <> ''),
      voids_completion boolean not null default false,
      -- { person_name, program, renames_person }: what the corrected certificate is to print.
      correction jsonb,
      requested_by uuid not null references people,
      requested_at timestamptz not null,
      unique (id, requested_by),
      check ((act = 'correct') = (correction is not null)),
      check (act = 'revoke' or not voids_completion)
    );
    create index certificate_requests_certificate on certificate_requests (certificate_id, requested_at desc);

    create table certificate_request_ends (
      request_id uuid primary key,
      requested_by uuid not null,
      outcome text not null check (outcome in ('confirmed', 'refused', 'withdrawn')),
      reason text not null default '',
      ended_by uuid not null references people,
      ended_at timestamptz not null,
      foreign key (request_id, requested_by) references certificate_requests (id, requested_by),
      check ((outcome = 'withdrawn') = (ended_by = requested_by))
    );

    -- The ledger's heads as signed, each also kept outside the database.
    create table ledger_heads (
      id bigint generated always as identity primary key,
      size bigint not null check (size > 0),
      root text not null check (root ~ '^[0-9a-f]{64}$'),
      -- The signed note, as written to its file.
      note text not null,
      signed_at timestamptz not null
    );

    create trigger certificate_proofs_append_only before update or delete on certificate_proofs for each row execute function refuse_change();
    create trigger status_lists_append_only before update or delete on status_lists for each row execute function refuse_change();
    create trigger certificate_refusals_append_only before update or delete on certificate_refusals for each row execute function refuse_change();
    create trigger certificate_requests_append_only before update or delete on certificate_requests for each row execute function refuse_change();
    create trigger certificate_request_ends_append_only before update or delete on certificate_request_ends for each row execute function refuse_change();
    create trigger ledger_heads_append_only before update or delete on ledger_heads for each row execute function refuse_change();

    -- What refuses a change row by row is not emptied at a stroke either.
    do $$
    declare kept regclass;
    begin
      for kept in select distinct t.tgrelid::regclass from pg_trigger t where t.tgfoid = 'refuse_change'::regproc and t.tgtype & 1 = 1
        and not exists (select from pg_trigger o where o.tgrelid = t.tgrelid and o.tgfoid = t.tgfoid and o.tgtype & 32 = 32)
      loop
        execute format('create trigger %I before truncate on %s execute function refuse_change()', replace(kept::text, '"', '') || '_no_truncate', kept);
      end loop;
    end $$;
  `.execute(db)
}
