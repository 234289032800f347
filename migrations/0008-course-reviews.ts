import { type Kysely, sql } from 'kysely'

/**
 * A learner may move to a newer version and keep what is the same in it; reviewers comment on a text and set the day
 * by which a change of meaning is to be read. Nothing of it is rewritten or removed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A text that somebody began, by the hashes of its parts: what of it is the same in another can be told for good.
    create table course_texts (
      content_hash text primary key check (content_hash ~ '^[0-9a-f]{64}$'),
      course text not null,
      version text not null,
      -- { modules: [{ slug, poolHash, lessons: [{ slug, hash }] }] }
      outline jsonb not null,
      first_taken_at timestamptz not null default now()
    );

    create table enrollment_moves (
      from_enrollment_id uuid primary key references enrollments,
      to_enrollment_id uuid not null unique references enrollments,
      -- { lessons: ['module/lesson'], modules: ['module'] }
      kept jsonb not null,
      moved_at timestamptz not null
    );

    -- A module of which nothing changed stays passed by the attempt that passed it.
    create table enrollment_kept_modules (
      enrollment_id uuid not null references enrollments,
      module text not null,
      attempt_id uuid not null references attempts,
      primary key (enrollment_id, module)
    );

    -- The modules passed on an enrollment: by an attempt of its own, or by one kept when the learner moved.
    create view enrollment_passes as
      select a.enrollment_id, a.module, a.id as attempt_id, r.finished_at
      from attempts a join attempt_results r on r.attempt_id = a.id where r.is_passed
      union all
      select k.enrollment_id, k.module, k.attempt_id, r.finished_at
      from enrollment_kept_modules k join attempt_results r on r.attempt_id = k.attempt_id;

    create table course_comments (
      id uuid primary key default gen_random_uuid(),
      course text not null,
      version text not null,
      content_hash text not null,
      module text not null,
      lesson text not null,
      -- Of the paragraph's words: the comment stays with the paragraph in every version that has it unchanged.
      anchor text not null check (anchor ~ '^[0-9a-f]{12}$'),
      quoted text not null,
      body text not null check (body <> ''),
      written_by uuid not null references people,
      written_at timestamptz not null
    );
    create index course_comments_lesson on course_comments (course, module, lesson, written_at);

    -- The day by which people who completed an older version read what changed. The latest entry counts.
    create table course_change_days (
      id bigint generated always as identity primary key,
      course text not null,
      version text not null,
      due_on date not null,
      set_by uuid not null references people,
      set_at timestamptz not null
    );
    create index course_change_days_course on course_change_days (course, version, id desc);

    create table course_change_readings (
      person_id uuid not null references people,
      course text not null,
      version text not null,
      content_hash text not null,
      module text not null,
      lesson text not null,
      read_at timestamptz not null,
      primary key (person_id, course, version, module, lesson)
    );

    create trigger course_texts_append_only before update or delete on course_texts for each row execute function refuse_change();
    create trigger enrollment_moves_append_only before update or delete on enrollment_moves for each row execute function refuse_change();
    create trigger enrollment_kept_modules_append_only before update or delete on enrollment_kept_modules for each row execute function refuse_change();
    create trigger course_comments_append_only before update or delete on course_comments for each row execute function refuse_change();
    create trigger course_change_days_append_only before update or delete on course_change_days for each row execute function refuse_change();
    create trigger course_change_readings_append_only before update or delete on course_change_readings for each row execute function refuse_change();
  `.execute(db)
}
