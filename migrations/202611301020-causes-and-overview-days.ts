import { type Kysely, sql } from 'kysely'

/** A stored clearance says why it isn’t “yes,” from a fixed list, and each day’s counts are kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table clearances add column cause text`.execute(db)
  await sql`
    create table overview_days (
      day date not null,
      program_id uuid not null references programs,
      in_contact integer not null,
      -- How many are not cleared, by cause.
      causes jsonb not null,
      primary key (day, program_id)
    )`.execute(db)
  await sql`
    create trigger overview_days_append_only before update or delete on overview_days
      for each row execute function refuse_change()`.execute(db)
}
