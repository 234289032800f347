import { type Kysely, sql } from 'kysely'

/** Since `name-checks-hold-no-code`, no version reads or writes this table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop table if exists failed_name_checks`.execute(db)
}
