import { type Kysely, sql } from 'kysely'

/** Supervisors name a deputy while away; people subscribe to a calendar; programs' software is told by webhook. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table deputies (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      deputy_id uuid not null references people check (deputy_id <> person_id),
      from_on date not null,
      to_on date not null check (to_on >= from_on),
      recorded_at timestamptz not null default now(),
      ended_at timestamptz
    );
    create index deputies_of_person on deputies (person_id) where ended_at is null;

    -- The address of a calendar holds a secret: only its hash is kept.
    create table calendar_feeds (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      scope text not null check (scope in ('own', 'team')),
      token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
      created_at timestamptz not null,
      last_read_at timestamptz,
      ended_at timestamptz
    );
    create unique index calendar_feeds_open on calendar_feeds (person_id, scope) where ended_at is null;

    create table webhooks (
      id uuid primary key default gen_random_uuid(),
      program_id uuid not null references programs,
      url text not null check (url <> ''),
      -- Signs what is sent (Standard Webhooks), so it has to be kept as it is.
      secret text not null check (secret ~ '^whsec_'),
      events text[] not null check (cardinality(events) > 0),
      created_by uuid not null references people,
      created_at timestamptz not null,
      ended_at timestamptz,
      ended_by uuid references people
    );
    create index webhooks_of_program on webhooks (program_id) where ended_at is null;

    create table webhook_deliveries (
      id uuid primary key default gen_random_uuid(),
      webhook_id uuid not null references webhooks,
      event text not null,
      -- Exactly what is sent and signed.
      body text not null,
      created_at timestamptz not null default now(),
      state text not null default 'queued' check (state in ('queued', 'delivered', 'failed')),
      attempts integer not null default 0,
      last_attempt_at timestamptz,
      last_answer text
    );
    create index webhook_deliveries_of_webhook on webhook_deliveries (webhook_id, created_at desc);
    create index webhook_deliveries_old on webhook_deliveries (created_at);
  `.execute(db)
}
