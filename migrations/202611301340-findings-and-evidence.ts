import { type Kysely, sql } from 'kysely'

/**
 * A finding cites the law and can be edited: before it is sent freely, after that with a reason, and the wording the program
 * had seen is kept. Licensing staff ask a program for evidence by a day, and both write into one thread with files.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table review_findings add column law text not null default '';

    create table review_finding_edits (
      id bigint generated always as identity primary key,
      finding_id uuid not null references review_findings,
      person_id uuid references people,
      rule text not null check (rule ~ '^(R[0-9]+)?$'),
      law text not null,
      body text not null check (body <> ''),
      follow_up_on date,
      edited_by uuid not null references people,
      edited_at timestamptz not null
    );
    create index review_finding_edits_finding on review_finding_edits (finding_id, id desc);

    alter table review_finding_steps drop constraint if exists review_finding_acts_act_check;
    alter table review_finding_steps drop constraint if exists review_finding_steps_act_check;
    alter table review_finding_steps add constraint review_finding_steps_act_check
      check (act in ('sent', 'follow-up-moved', 'corrected', 'resolved', 'reopened', 'withdrawn'));

    create view current_findings as
      select f.id, f.review_id, f.number, f.written_by, f.written_at,
        case when e.id is null then f.person_id else e.person_id end as person_id,
        coalesce(e.rule, f.rule) as rule, coalesce(e.law, f.law) as law, coalesce(e.body, f.body) as body,
        case when e.id is null then f.follow_up_on else e.follow_up_on end as follow_up_on
      from review_findings f
      left join lateral (
        select * from review_finding_edits e where e.finding_id = f.id order by e.id desc limit 1
      ) e on true;

    create table evidence_requests (
      id uuid primary key default gen_random_uuid(),
      review_id uuid not null references reviews,
      -- Counted within the review.
      number integer not null check (number > 0),
      person_id uuid references people,
      subject text not null check (subject <> ''),
      due_on date not null,
      requested_by uuid not null references people,
      requested_at timestamptz not null,
      unique (review_id, number)
    );

    create table evidence_messages (
      id uuid primary key default gen_random_uuid(),
      request_id uuid not null references evidence_requests,
      is_from_program boolean not null,
      body text not null check (body <> ''),
      written_by uuid not null references people,
      written_at timestamptz not null
    );
    create index evidence_messages_request on evidence_messages (request_id, written_at);

    create table evidence_files (
      id uuid primary key default gen_random_uuid(),
      message_id uuid not null references evidence_messages,
      name text not null,
      type text not null check (type in ('application/pdf', 'image/png', 'image/jpeg')),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      bytes bytea not null
    );
    create index evidence_files_message on evidence_files (message_id);

    create table evidence_steps (
      id bigint generated always as identity primary key,
      request_id uuid not null references evidence_requests,
      step text not null check (step in ('due-day-changed', 'closed', 'reopened')),
      due_on date check ((step = 'due-day-changed') = (due_on is not null)),
      reason text not null check (reason <> ''),
      done_by uuid not null references people,
      done_at timestamptz not null
    );
    create index evidence_steps_request on evidence_steps (request_id, id desc);
  `.execute(db)
  for (const table of [
    'review_finding_edits',
    'evidence_requests',
    'evidence_messages',
    'evidence_files',
    'evidence_steps',
  ]) {
    const name = sql.ref(table)
    await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${name}
      for each row execute function refuse_change()`.execute(db)
    await sql`create trigger ${sql.ref(`${table}_no_truncate`)} before truncate on ${name}
      execute function refuse_change()`.execute(db)
  }
}
