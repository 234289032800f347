import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** What a person was sending when their session ended is kept for an hour, sealed with a key that only their browser has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table unsent_forms (
      token_hash text primary key,
      person_id uuid not null references people,
      sealed bytea not null,
      expires_at timestamptz not null
    );
    create index unsent_forms_expire on unsent_forms (expires_at)`.execute(db)
}
