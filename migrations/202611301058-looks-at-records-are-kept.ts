import { type Kysely, sql } from 'kysely'

/** Who opened a page about one person, once a day: the person can read it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table record_looks (
      id uuid primary key default gen_random_uuid(),
      person_id uuid not null references people,
      looked_by uuid not null references people,
      what text not null,
      looked_on date not null,
      looked_at timestamptz not null,
      unique (person_id, looked_by, what, looked_on),
      check (looked_by <> person_id)
    );
    create trigger record_looks_append_only before update or delete on record_looks
      for each row execute function refuse_change();
    create trigger record_looks_no_truncate before truncate on record_looks execute function refuse_change();
  `.execute(db)
}
