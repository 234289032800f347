import { type Kysely, sql } from 'kysely'

/** Reviewers assign a comment to one of them, resolve it with a reason, and reopen it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table course_comment_steps (
      id bigint generated always as identity primary key,
      -- The first comment of the thread: comments on the same paragraph are one thread.
      comment_id uuid not null references course_comments,
      act text not null check (act in ('assigned', 'resolved', 'reopened')),
      assigned_to uuid references people,
      reason text not null default '',
      acted_by uuid not null references people,
      acted_at timestamptz not null,
      check ((act = 'assigned') = (assigned_to is not null)),
      check (act = 'assigned' or reason <> '')
    );
    create index course_comment_steps_comment on course_comment_steps (comment_id, id desc);

    create view course_comment_threads as
      select t.*, a.assigned_to, (e.act = 'resolved' and e.acted_at >= t.last_at) is true as is_resolved
      from (
        select (array_agg(c.id order by c.written_at, c.id))[1] as id, c.course, c.module, c.lesson, c.anchor,
          (array_agg(c.version order by c.written_at desc, c.id))[1] as version,
          (array_agg(c.quoted order by c.written_at, c.id))[1] as quoted,
          array_agg(distinct c.written_by) as writers, min(c.written_at) as first_at, max(c.written_at) as last_at
        from course_comments c group by c.course, c.module, c.lesson, c.anchor
      ) t
      left join lateral (select s.assigned_to from course_comment_steps s
        where s.comment_id = t.id and s.act = 'assigned' order by s.id desc limit 1) a on true
      -- A comment written after the thread was resolved reopens it.
      left join lateral (select s.act, s.acted_at from course_comment_steps s
        where s.comment_id = t.id and s.act <> 'assigned' order by s.id desc limit 1) e on true;

    create trigger course_comment_steps_append_only before update or delete on course_comment_steps
      for each row execute function refuse_change();
    create trigger course_comment_steps_no_truncate before truncate on course_comment_steps execute function refuse_change();
  `.execute(db)
}
