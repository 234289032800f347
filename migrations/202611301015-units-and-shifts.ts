import { type Kysely, sql } from 'kysely'

/** An employment says the unit or shift, in the program’s own words. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table assignments add column unit text not null default ''`.execute(db)
}
