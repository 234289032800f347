import { type Kysely, sql } from 'kysely'

/** Heads of other installations' ledgers that this one has cosigned, and cosignatures on its own (C2SP tlog-witness). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table witnessed_heads (
      id bigint generated always as identity primary key,
      origin text not null,
      size bigint not null check (size >= 0),
      root text not null check (root ~ '^[0-9a-f]{64}$'),
      -- As it was sent, with our cosignature below.
      note text not null,
      cosigned_at timestamptz not null
    );
    create index witnessed_heads_latest on witnessed_heads (origin, id desc);

    create table ledger_cosignatures (
      head_id bigint not null references ledger_heads,
      witness text not null,
      -- The line of the note.
      line text not null,
      cosigned_at timestamptz not null,
      primary key (head_id, witness)
    );

    create trigger witnessed_heads_append_only before update or delete on witnessed_heads
      for each row execute function refuse_change();
    create trigger witnessed_heads_no_truncate before truncate on witnessed_heads execute function refuse_change();
    create trigger ledger_cosignatures_append_only before update or delete on ledger_cosignatures
      for each row execute function refuse_change();
    create trigger ledger_cosignatures_no_truncate before truncate on ledger_cosignatures execute function refuse_change();
  `.execute(db)
}
