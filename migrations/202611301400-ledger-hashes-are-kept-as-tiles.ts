import { type Kysely, sql } from 'kysely'

/** The full tiles of the ledger's Merkle tree (C2SP tlog-tiles), so that a proof reads a few of them and no rows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_tiles (
      level smallint not null check (level between 0 and 7),
      number bigint not null check (number >= 0),
      -- 256 hashes of 32 bytes: leaves at level 0, roots of the tiles below at the others.
      hashes bytea not null check (length(hashes) = 8192),
      -- Their Merkle root, which is one hash of the level above.
      root bytea not null check (length(root) = 32),
      primary key (level, number)
    );
    create trigger ledger_tiles_append_only before update or delete on ledger_tiles
      for each row execute function refuse_change();
    create trigger ledger_tiles_no_truncate before truncate on ledger_tiles execute function refuse_change();
  `.execute(db)
}
