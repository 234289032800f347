import { type Kysely, sql } from 'kysely'

/** Counting the stored answers of the state reads these, in the order of the programs, and no row of the table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index clearances_counted on clearances (program_id, answer, until_on) where contact in ('in', 'unknown');
    create index clearances_uncleared on clearances (program_id)
      where contact in ('in', 'unknown') and answer in ('no', 'unknown')`.execute(db)
}
