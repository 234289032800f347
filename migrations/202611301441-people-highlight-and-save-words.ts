import { type Kysely, sql } from 'kysely'

/** What people highlight in lessons, and glossary words that they save. None of it is evidence; only they see it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lesson_highlights (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      course text not null,
      module text not null,
      lesson text not null,
      -- Where the words were: the lesson's paragraph, and the character in it. A later version may have them elsewhere.
      paragraph integer not null check (paragraph between 0 and 5000),
      start integer not null check (start between 0 and 100000),
      quote text not null check (length(quote) between 1 and 1000),
      highlighted_at timestamptz not null,
      unique (person_id, course, module, lesson, paragraph, start, quote)
    );

    create table saved_words (
      person_id uuid not null references people,
      -- The glossary's anchor.
      word text not null,
      saved_at timestamptz not null,
      primary key (person_id, word)
    );`.execute(db)
}
