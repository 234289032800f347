import { type Kysely, sql } from 'kysely'

/** Which weekly messages went out, by the week's Monday, so that one is neither lost nor sent twice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table weekly_messages (
      kind text not null,
      week_on date not null check (extract(isodow from week_on) = 1),
      primary key (kind, week_on)
    );
    insert into weekly_messages (kind, week_on)
    select distinct kind, right(dedupe_key, 10)::date from notices
    where kind in ('weekly-digest', 'never-signed-in') and extract(isodow from right(dedupe_key, 10)::date) = 1;
  `.execute(db)
}
