import { type Kysely, sql } from 'kysely'

/** How people like to read, where they are in a lesson, and what they wrote or marked there. None of it is evidence. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table reading_settings (
      person_id uuid primary key references people,
      -- In the order of server/people/reading/reading-settings.ts: 'large.wide.sans.auto.auto.on'
      settings text not null
    );

    -- The paragraph at the top of the screen when the lesson was last read.
    create table reading_places (
      enrollment_id uuid not null references enrollments,
      module text not null,
      lesson text not null,
      paragraph integer not null check (paragraph between 0 and 5000),
      at timestamptz not null,
      primary key (enrollment_id, module, lesson)
    );

    -- Only their writer reads them.
    create table lesson_notes (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      course text not null,
      module text not null,
      lesson text not null,
      body text not null check (body <> ''),
      written_at timestamptz not null
    );
    create index lesson_notes_person on lesson_notes (person_id, course, module, lesson);

    create table bookmarks (
      person_id uuid not null references people,
      course text not null,
      module text not null,
      lesson text not null,
      saved_at timestamptz not null,
      primary key (person_id, course, module, lesson)
    );`.execute(db)
}
