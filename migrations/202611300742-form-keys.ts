import { type Kysely, sql } from 'kysely'

/** A form that is sent twice has one effect: the second answer is the first one's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table form_uses (
      -- SHA-256 of who sent what to which address with which key.
      id text primary key,
      used_at timestamptz not null default now(),
      -- The answer. Null while it is being worked on.
      status integer,
      location text
    );
    create index form_uses_used on form_uses (used_at);
  `.execute(db)
}
