import { type Kysely, sql } from 'kysely'

/** One packet is shown to a program or auditor by a link that works for a time, can be ended, and counts its openings. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table packet_links (
      id uuid primary key default gen_random_uuid(),
      packet_id uuid not null references review_packets,
      token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
      for_whom text not null check (for_whom <> ''),
      made_by uuid not null references people,
      made_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > made_at and expires_at <= made_at + interval '30 days')
    );
    create index packet_links_packet on packet_links (packet_id, made_at desc);

    create table packet_link_ends (
      link_id uuid primary key references packet_links,
      ended_by uuid not null references people,
      ended_at timestamptz not null
    );

    create table packet_link_openings (
      id bigint generated always as identity primary key,
      link_id uuid not null references packet_links,
      what text not null check (what in ('page', 'pdf', 'zip')),
      opened_at timestamptz not null
    );
    create index packet_link_openings_link on packet_link_openings (link_id, id desc);
  `.execute(db)
  for (const table of ['packet_links', 'packet_link_ends', 'packet_link_openings']) {
    const name = sql.ref(table)
    await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${name}
      for each row execute function refuse_change()`.execute(db)
    await sql`create trigger ${sql.ref(`${table}_no_truncate`)} before truncate on ${name}
      execute function refuse_change()`.execute(db)
  }
}
