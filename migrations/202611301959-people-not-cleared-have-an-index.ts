import { type Kysely, sql } from 'kysely'

/** Counting why people of the whole state aren't cleared finds these people without reading everyone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index clearances_uncleared on clearances (program_id)
      where contact in ('in', 'unknown') and answer in ('no', 'unknown')`.execute(db)
}
