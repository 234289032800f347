import { type Kysely, sql } from 'kysely'

/** A refresher's diagnostic shows which lessons aren't needed, and its end may hold a commitment for the next shift. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table lesson_marks drop constraint lesson_marks_mark_check;
    -- Optional: the diagnostic showed that this learner doesn't need it; it stays open to read.
    alter table lesson_marks add constraint lesson_marks_mark_check check (mark in ('finished', 'skipped', 'optional'));

    create table commitments (
      id uuid primary key default gen_random_uuid(),
      enrollment_id uuid not null references enrollments,
      body text not null check (body <> ''),
      -- Shared by the learner with their supervisors; what isn't shared is the learner's alone.
      is_shared boolean not null,
      made_at timestamptz not null,
      superseded_at timestamptz
    );
    create unique index commitments_current on commitments (enrollment_id) where superseded_at is null;
    create trigger commitments_superseded_only before update or delete on commitments
      for each row execute function refuse_rewriting('superseded_at');
    create trigger commitments_no_truncate before truncate on commitments execute function refuse_rewriting();
  `.execute(db)
}
