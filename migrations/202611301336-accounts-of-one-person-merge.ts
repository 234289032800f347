import { type Kysely, sql } from 'kysely'

/** Two accounts that belong to one person become one, and can be taken apart again for 30 days. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What an account did stays its own, and is read as that of the person whose account it was merged into.
    alter table people
      add column merged_into uuid references people check (merged_into <> id),
      add column merged_at timestamptz check ((merged_at is null) = (merged_into is null)),
      -- The other side of merged_into, so that reading a person's evidence needs no search.
      add column other_account_ids uuid[] not null default '{}';
    create index people_merged_into on people (merged_into) where merged_into is not null;

    create table account_merges (
      id uuid primary key default gen_random_uuid(),
      kept_id uuid not null references people,
      merged_id uuid not null references people check (merged_id <> kept_id),
      reason text not null check (reason <> ''),
      asked_by uuid not null references people,
      confirmed_by uuid not null references people check (confirmed_by <> asked_by),
      merged_at timestamptz not null,
      -- Which rows changed hands, to give them back.
      moved jsonb not null,
      superseded_at timestamptz,
      superseded_by uuid references people,
      superseded_reason text not null default '',
      check ((superseded_at is null) = (superseded_by is null))
    );
    create unique index account_merges_now on account_merges (merged_id) where superseded_at is null;
    create index account_merges_kept on account_merges (kept_id);
    create trigger account_merges_kept before update or delete on account_merges
      for each row execute function refuse_rewriting('superseded_at', 'superseded_by', 'superseded_reason');
    create trigger account_merges_no_truncate before truncate on account_merges execute function refuse_rewriting();

    alter table second_person_requests drop constraint second_person_requests_kind_check;
    alter table second_person_requests add constraint second_person_requests_kind_check
      check (kind in ('role', 'hire', 'roster-file', 'account-merge'));
  `.execute(db)
}
