import { type Kysely, sql } from 'kysely'

/**
 * An act inserts its entries here, without a lock. Soon after the commit, the sequencer copies them into the ledger, where
 * each has its place and its hash, and takes them out of here.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_arrivals (
      id bigint generated always as identity primary key,
      -- Whole milliseconds, as they are hashed.
      at timestamptz not null check (extract(microseconds from at)::bigint % 1000 = 0),
      actor_id uuid,
      kind text not null check (kind ~ '^[a-z]+(-[a-z]+)*$'),
      subject text not null,
      facts text not null,
      arrived_at timestamptz not null default clock_timestamp()
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
    comment on column ledger_arrivals.facts is 'JSON in canonical form (RFC 8785): the very text that will be hashed';

    -- Which arrival an entry was. Null where an earlier version of the service gave the place itself.
    alter table ledger add column arrival bigint;
    create unique index ledger_arrival on ledger (arrival) where arrival is not null;

    create function refuse_change_until_placed() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and exists (select from ledger l where l.arrival = old.id and l.at = old.at
        and l.actor_id is not distinct from old.actor_id and l.kind = old.kind and l.subject = old.subject
        and l.facts = old.facts) then
        return old;
      end if;
      raise exception 'An arrival stays as it is until it has its place: % refused', tg_op
        using errcode = 'insufficient_privilege';
    end $$;
    create trigger ledger_arrivals_kept before update or delete on ledger_arrivals
      for each row execute function refuse_change_until_placed();
    create trigger ledger_arrivals_no_truncate before truncate on ledger_arrivals execute function refuse_change();

    -- Every entry, placed or not. turn sorts them: those that wait come after the others, in the order in which they arrived.
    create view ledger_entries as
      select seq as turn, seq, at, actor_id, kind, subject, facts, hash from ledger
      union all
      select 4000000000000000 + id, null::bigint, at, actor_id, kind, subject, facts, null::text from ledger_arrivals;
  `.execute(db)
}
