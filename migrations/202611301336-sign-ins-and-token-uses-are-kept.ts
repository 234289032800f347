import { type Kysely, sql } from 'kysely'

/** Who signed in, when, from where and how, and from where tokens were used: kept for 180 days and never changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_change_for_180_days() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and old.at < now() - interval '180 days' then
        return old;
      end if;
      raise exception '% is append-only for 180 days: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
    end $$;

    create table sign_ins (
      id bigint primary key generated always as identity,
      person_id uuid not null references people,
      at timestamptz not null,
      how text not null check (how in ('password', 'code', 'recovery-code', 'passkey', 'single-sign-on')),
      is_accepted boolean not null,
      address text not null,
      device text not null
    );
    create index sign_ins_person on sign_ins (person_id, at);
    create index sign_ins_at on sign_ins (at);
    create trigger sign_ins_append_only before update or delete on sign_ins
      for each row execute function refuse_change_for_180_days();
    create trigger sign_ins_no_truncate before truncate on sign_ins execute function refuse_change();

    -- One row for each token, day and address.
    create table token_uses (
      id bigint primary key generated always as identity,
      api_token_id uuid references api_tokens,
      scim_connection_id uuid references scim_connections,
      used_on date not null,
      address text not null,
      at timestamptz not null,
      check (num_nonnulls(api_token_id, scim_connection_id) = 1),
      unique nulls not distinct (api_token_id, scim_connection_id, used_on, address)
    );
    create index token_uses_at on token_uses (at);
    create trigger token_uses_append_only before update or delete on token_uses
      for each row execute function refuse_change_for_180_days();
    create trigger token_uses_no_truncate before truncate on token_uses execute function refuse_change();
  `.execute(db)
}
