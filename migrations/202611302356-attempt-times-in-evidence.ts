import { type Kysely, sql } from 'kysely'

/** When each attempt at questions began and ended, kept with the completion. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- [{ module, started_at, finished_at, is_passed }], with the module's title. Null for completions before this.
    alter table completion_evidence add column attempt_times jsonb;
  `.execute(db)
}
