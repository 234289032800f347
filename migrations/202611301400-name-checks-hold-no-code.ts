import { type Kysely, sql } from 'kysely'

/**
 * Wrong names are counted with other attempts, hashed by code and address. The old table held codes as they are; it stays
 * for the version before, and a later release drops it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    delete from failed_name_checks;
    comment on table failed_name_checks is 'No longer used. To be dropped in the next release.';
  `.execute(db)
}
