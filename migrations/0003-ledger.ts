import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
    end $$;

    -- One row an act that is evidence; each row's hash covers the row before it.
    create table ledger (
      seq bigint primary key check (seq > 0),
      at timestamptz not null,
      actor_id uuid,
      kind text not null check (kind ~ '^[a-z]+(-[a-z]+)*$'),
      subject text not null,
      facts text not null,
      previous_hash text not null check (previous_hash ~ '^[0-9a-f]{64}$'),
      hash text not null unique check (hash ~ '^[0-9a-f]{64}$')
    );
    comment on column ledger.facts is 'JSON in canonical form (RFC 8785): the very text that was hashed';
    create index ledger_subject on ledger (subject);
    create trigger ledger_append_only before update or delete on ledger for each row execute function refuse_change();
    create trigger ledger_no_truncate before truncate on ledger execute function refuse_change();
  `.execute(db)
}
