import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** The console shows what was mailed, an installation has its own look, and people acknowledge the data practices notice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Mail that is sent at once and belongs to no notice, such as a link to set a password. Kept for 90 days.
    create table direct_emails (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      address text not null,
      -- Subjects are neutral: others may see a message.
      subject text not null,
      -- Null where the mail server took it.
      error text
    );
    create index direct_emails_at on direct_emails (at desc);
    create index notices_at on notices (created_at desc, id desc);

    create table data_notices (
      version integer primary key check (version > 0),
      body text not null,
      -- What changed, for people who acknowledged an earlier version.
      summary text not null,
      published_at timestamptz not null,
      published_by uuid not null references people
    );
    create trigger data_notices_append_only before update or delete on data_notices for each row execute function refuse_change();

    create table data_notice_acknowledgments (
      person_id uuid not null references people,
      version integer not null references data_notices,
      acknowledged_at timestamptz not null,
      primary key (person_id, version)
    );
    create index data_notice_acknowledgments_version on data_notice_acknowledgments (version);
    create trigger data_notice_acknowledgments_append_only before update or delete on data_notice_acknowledgments for each row execute function refuse_change();

    create index ledger_kind on ledger (kind, seq);
  `.execute(db)
}
