import { type Kysely, sql } from 'kysely'

/** What the search looks through: a copy of public texts and lessons, filled again when they change. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table search_texts (
      id text primary key,
      kind text not null,
      title text not null,
      body text not null,
      href text not null,
      -- Of a lesson: its address differs by what a person may open.
      course text,
      module text,
      lesson text,
      words tsvector generated always as
        (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')) stored
    );
    create index search_texts_words on search_texts using gin (words);

    -- Every word in them, to guess what a misspelled one means.
    create table search_words (word text primary key);

    -- The hash of the texts that both tables hold.
    create table search_state (hash text not null);

    -- Optional: without it, the search takes every word as it is typed.
    do $$ begin
      if exists (select from pg_available_extensions where name = 'pg_trgm') then
        create extension if not exists pg_trgm;
      end if;
    exception when insufficient_privilege then null;
    end $$;`.execute(db)
}
