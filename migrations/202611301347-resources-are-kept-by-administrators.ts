import { type Kysely, sql } from 'kysely'

/** What an installation's administrators recorded about a resource: the newest row of one holds. And how its links answered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table resource_records (
      id bigint generated always as identity primary key,
      resource text not null,
      group_id text not null,
      name text not null check (name <> ''),
      about text not null,
      phone text not null,
      sms text not null,
      url text not null,
      email text not null,
      regions text[] not null,
      -- Where it was seen; empty where it was only checked again.
      source text not null,
      checked_on date not null,
      is_listed boolean not null,
      reason text not null,
      recorded_by uuid not null references people,
      recorded_at timestamptz not null
    );
    create index resource_records_resource on resource_records (resource, id desc);
    create trigger resource_records_append_only before update or delete on resource_records
      for each row execute function refuse_change();
    create trigger resource_records_no_truncate before truncate on resource_records execute function refuse_change();

    create table link_checks (
      url text primary key,
      checked_at timestamptz not null,
      verdict text not null check (verdict in ('works', 'broken', 'unclear')),
      says text not null,
      -- Where it leads now, if it was moved for good.
      moved_to text,
      failing_since timestamptz
    );`.execute(db)
}
