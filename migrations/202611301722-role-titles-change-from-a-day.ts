import { type Kysely, sql } from 'kysely'

/** Role titles that follow the first one of an employment: [{"from_on": "2027-01-04", "role_title": "Shift lead"}], the earliest first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table assignments add column later_titles jsonb not null default '[]'
    check (jsonb_typeof(later_titles) = 'array')`.execute(db)
}
