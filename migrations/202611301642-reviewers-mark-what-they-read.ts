import { type Kysely, sql } from 'kysely'

/** Reviewers mark each lesson and each module's questions as read, in the text that they read. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table course_review_readings (
      person_id uuid not null references people,
      course text not null,
      version text not null,
      module text not null,
      -- Empty for the module's questions.
      lesson text not null,
      -- Of the lesson, or of the module's questions. When it differs, the text has changed since.
      part_hash text not null check (part_hash ~ '^[0-9a-f]{64}$'),
      read_at timestamptz not null,
      primary key (course, module, lesson, part_hash, person_id)
    );
    create trigger course_review_readings_append_only before update or delete on course_review_readings
      for each row execute function refuse_change();
    create trigger course_review_readings_no_truncate before truncate on course_review_readings execute function refuse_change();
  `.execute(db)
}
