import { type Kysely, sql } from 'kysely'

/** Emails about accounts, which hold links, wait in the queue like notices. What was logged before had been sent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table direct_emails
      add column state text not null default 'sent' check (state in ('queued', 'sent', 'failed', 'stopped')),
      add column attempts integer not null default 1,
      -- The text with its link, sealed with the data key. Null once it was sent or given up.
      add column sealed text,
      add column person_id uuid references people,
      -- When the link in it ends: later it is of no use.
      add column ends_at timestamptz,
      -- What asked for it, so that a job that runs twice writes one email.
      add column cause text unique;
    update direct_emails set state = 'failed' where error is not null;
    create index direct_emails_queued on direct_emails (at) where state = 'queued';
  `.execute(db)
}
