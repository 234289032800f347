import { type Kysely, sql } from 'kysely'

/** An API token ends by itself within a year, and shows when it was last used. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_tokens add column expires_at timestamptz, add column last_used_at timestamptz;
    update api_tokens set expires_at = created_at + interval '1 year';
    alter table api_tokens alter column expires_at set not null,
      add check (expires_at <= created_at + interval '366 days');
  `.execute(db)
}
