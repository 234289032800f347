import { type Kysely, sql } from 'kysely'

/**
 * A packet is made by a job of the queue, which knows itself whether its process is alive. `beat_at` goes in a later
 * release: a process of the one before would take up a packet whose beat is old, and never one of the far future.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table review_packets alter column beat_at set default 'infinity'`.execute(db)
}
