import { type Kysely, sql } from 'kysely'

/** Who asked for short cases after a course, and which they got. No evidence: turning it off deletes both. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table after_care_consents (
      person_id uuid primary key references people,
      since date not null
    );

    create table after_care_cases (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      completion_id uuid not null references completions,
      -- So many days after the course.
      days smallint not null,
      course text not null,
      version text not null,
      module text not null,
      question text not null,
      sent_at timestamptz not null,
      -- When they first answered. What they answered is not kept.
      answered_at timestamptz,
      unique (completion_id, days)
    );
    create index after_care_cases_person on after_care_cases (person_id, sent_at);`.execute(db)
}
