import { type Kysely, sql } from 'kysely'

/** Whoever reads a lesson may say what is not right in it, without their name; reviewers say what was done. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table lesson_mistakes (
      id uuid primary key default gen_random_uuid(),
      course text not null,
      version text not null,
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      module text not null,
      lesson text not null,
      body text not null check (body <> ''),
      reported_on date not null
    );

    create table lesson_mistake_answers (
      mistake_id uuid primary key references lesson_mistakes,
      body text not null check (body <> ''),
      answered_by uuid not null references people,
      answered_at timestamptz not null
    );

    create trigger lesson_mistakes_append_only before update or delete on lesson_mistakes for each row execute function refuse_change();
    create trigger lesson_mistake_answers_append_only before update or delete on lesson_mistake_answers for each row execute function refuse_change();
    create trigger lesson_mistakes_no_truncate before truncate on lesson_mistakes execute function refuse_change();
    create trigger lesson_mistake_answers_no_truncate before truncate on lesson_mistake_answers execute function refuse_change();
  `.execute(db)
}
