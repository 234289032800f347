import { type Kysely, sql } from 'kysely'

/** What each check of the ledger found, so that pages can say that the record is under review. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_checks (
      id bigint generated always as identity primary key,
      checked_at timestamptz not null,
      entries integer not null,
      -- Null if nothing was altered.
      finding text
    );
    create trigger ledger_checks_append_only before update or delete on ledger_checks for each row execute function refuse_change();
  `.execute(db)
}
