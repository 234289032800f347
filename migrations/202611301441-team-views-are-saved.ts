import { type Kysely, sql } from 'kysely'

/** A supervisor's own views of the team page: its filters, by a name. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table team_views (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      name text not null check (name <> ''),
      query text not null check (query <> ''),
      saved_at timestamptz not null,
      unique (person_id, name)
    )`.execute(db)
}
