import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** People get messages: in their inbox and by email, each once, written in the transaction that causes it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table notices (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      kind text not null,
      -- What a person was told under a key, they are not told again.
      dedupe_key text not null,
      facts jsonb not null default '{}',
      created_at timestamptz not null default now(),
      read_at timestamptz,
      -- Since when there is nothing left to do about it.
      moot_at timestamptz,
      unique (person_id, dedupe_key)
    );
    create index notices_of_person on notices (person_id, created_at desc);
    create index notices_unread on notices (person_id) where read_at is null and moot_at is null;
    create index notices_open on notices (kind, person_id) where moot_at is null;

    create table notice_emails (
      notice_id uuid primary key references notices,
      -- 'summary' waits for the daily one; 'not-set-up' found no mail server, 'stopped' an address that refuses mail.
      state text not null default 'queued'
        check (state in ('queued', 'summary', 'sent', 'unwanted', 'moot', 'stopped', 'not-set-up', 'summarized')),
      attempts integer not null default 0,
      last_error text,
      sent_to text,
      sent_at timestamptz,
      check ((state = 'sent') = (sent_at is not null))
    );
    create index notice_emails_waiting on notice_emails (notice_id) where state in ('queued', 'summary');

    create table stopped_addresses (
      email text primary key,
      answer text not null,
      stopped_at timestamptz not null default now()
    );

    create table notice_preferences (
      person_id uuid primary key references people,
      frequency text not null default 'at-once' check (frequency in ('at-once', 'daily', 'never')),
      is_discreet boolean not null default false,
      -- Opens nothing but the page that ends optional mail.
      unsubscribe_token text not null unique
    )`.execute(db)
}
