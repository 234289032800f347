import { type Kysely, sql } from 'kysely'

/** A reviewer marks a statute or fact as changed. The mark stays until someone says how the texts were corrected. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table changed_facts (
      id uuid primary key default gen_random_uuid(),
      -- The key of a fact such as A1-02, or a section of the statutes such as 245A.25.
      key text not null check (key <> ''),
      reason text not null check (reason <> ''),
      marked_by uuid not null references people,
      marked_at timestamptz not null
    );
    create index changed_facts_key on changed_facts (key, marked_at desc);

    create table changed_fact_ends (
      changed_fact_id uuid primary key references changed_facts,
      how text not null check (how <> ''),
      resolved_by uuid not null references people,
      resolved_at timestamptz not null
    );
  `.execute(db)
  for (const table of ['changed_facts', 'changed_fact_ends']) {
    const name = sql.ref(table)
    await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${name}
      for each row execute function refuse_change()`.execute(db)
    await sql`create trigger ${sql.ref(`${table}_no_truncate`)} before truncate on ${name}
      execute function refuse_change()`.execute(db)
  }
}
