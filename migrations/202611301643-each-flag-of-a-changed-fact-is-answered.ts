import { type Kysely, sql } from 'kysely'

/** What quotes a changed statute or fact is flagged one by one, and a reviewer answers each flag. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table changed_facts
      -- Where the reviewer saw the change.
      add column source text not null default '',
      add column changed_on date;

    create table changed_fact_flags (
      id uuid primary key default gen_random_uuid(),
      changed_fact_id uuid not null references changed_facts,
      kind text not null check (kind <> ''),
      -- The place within its kind: a rule's code, course/module/lesson, course/module/question, a job aid's or entry's name.
      place text not null check (place <> ''),
      title text not null,
      within text not null,
      unique (changed_fact_id, kind, place)
    );

    create table changed_fact_flag_answers (
      flag_id uuid primary key references changed_fact_flags,
      outcome text not null check (outcome in ('kept', 'changed')),
      -- The version that has the change.
      version text not null default '',
      reason text not null default '',
      answered_by uuid not null references people,
      answered_at timestamptz not null,
      check ((outcome = 'changed') = (version <> '')),
      check (outcome = 'changed' or reason <> '')
    );

    -- A mark is open until each of its flags is answered; one that flags nothing, until someone says how it was settled.
    create view open_changed_facts as
      select c.* from changed_facts c
      where not exists (select from changed_fact_ends e where e.changed_fact_id = c.id)
        and (not exists (select from changed_fact_flags f where f.changed_fact_id = c.id)
          or exists (select from changed_fact_flags f where f.changed_fact_id = c.id
            and not exists (select from changed_fact_flag_answers a where a.flag_id = f.id)));
  `.execute(db)
  for (const table of ['changed_fact_flags', 'changed_fact_flag_answers']) {
    const name = sql.ref(table)
    await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete on ${name}
      for each row execute function refuse_change()`.execute(db)
    await sql`create trigger ${sql.ref(`${table}_no_truncate`)} before truncate on ${name}
      execute function refuse_change()`.execute(db)
  }
}
