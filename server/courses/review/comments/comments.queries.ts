import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export type Comment = Readonly<{
  id: string
  version: string
  module: string
  lesson: string
  anchor: string
  quoted: string
  body: string
  by_name: string
  written_at: Date
}>

/** Comments on any version of a lesson, oldest first. */
export async function listComments(
  db: Kysely<DB>,
  course: string,
  module: string,
  lesson: string,
): Promise<readonly Comment[]> {
  const { rows } = await sql<Comment>`
    select c.id, c.version, c.module, c.lesson, c.anchor, c.quoted, c.body, p.name as by_name, c.written_at
    from course_comments c join people p on p.id = c.written_by
    where c.course = ${course} and c.module = ${module} and c.lesson = ${lesson}
    order by c.written_at`.execute(db)
  return rows
}

/** The comments on one paragraph: the first one, and what became of them. */
export type Thread = Readonly<{
  /** The first comment's. */
  id: string
  course: string
  /** The version of the latest comment. */
  version: string
  module: string
  lesson: string
  anchor: string
  quoted: string
  body: string
  by_name: string
  first_at: Date
  last_at: Date
  is_resolved: boolean
  assigned_to: string | null
  assigned_to_name: string | null
}>

const threadRows = (db: Kysely<DB>, where: RawBuilder<unknown>) =>
  sql<Thread>`
  select t.id, t.course, t.version, t.module, t.lesson, t.anchor, t.quoted, c.body, w.name as by_name, t.first_at, t.last_at,
    t.is_resolved, t.assigned_to, a.name as assigned_to_name
  from course_comment_threads t join course_comments c on c.id = t.id join people w on w.id = c.written_by
  left join people a on a.id = t.assigned_to
  where ${where} order by t.course, t.module, t.lesson, t.first_at, t.id limit 1000`.execute(db)

/** The threads of every course, or of one course, lesson by lesson. */
export async function listThreads(db: Kysely<DB>, course: string | null): Promise<readonly Thread[]> {
  const { rows } = await threadRows(db, course === null ? sql`true` : sql`t.course = ${course}`)
  return rows
}

/** The threads of a lesson, in any version. */
export async function listThreadsOfLesson(
  db: Kysely<DB>,
  course: string,
  module: string,
  lesson: string,
): Promise<readonly Thread[]> {
  const { rows } = await threadRows(
    db,
    sql`t.course = ${course} and t.module = ${module} and t.lesson = ${lesson}`,
  )
  return rows
}

/** The thread that a comment belongs to. */
export async function findThread(db: Kysely<DB>, commentId: string): Promise<Thread | null> {
  const { rows } = await threadRows(
    db,
    sql`(t.course, t.module, t.lesson, t.anchor) =
      (select one.course, one.module, one.lesson, one.anchor from course_comments one where one.id = ${commentId})`,
  )
  return rows[0] ?? null
}

type ThreadEvent = Readonly<{
  act: 'commented' | 'assigned' | 'resolved' | 'reopened'
  by_name: string
  at: Date
  /** The comment, or the reason. */
  body: string
  version: string | null
  assigned_to_name: string | null
}>

/** Everything that was said and done in a thread, oldest first. */
export async function listThreadEvents(
  db: Kysely<DB>,
  { id, course, module, lesson, anchor }: Thread,
): Promise<readonly ThreadEvent[]> {
  const { rows } = await sql<ThreadEvent>`
    select act, by_name, at, body, version, assigned_to_name from (
      select 'commented' as act, p.name as by_name, c.written_at as at, c.body, c.version, null::text as assigned_to_name, 0 as turn
      from course_comments c join people p on p.id = c.written_by
      where c.course = ${course} and c.module = ${module} and c.lesson = ${lesson} and c.anchor = ${anchor}
      union all
      select s.act, p.name, s.acted_at, s.reason, null, a.name, s.id
      from course_comment_steps s join people p on p.id = s.acted_by left join people a on a.id = s.assigned_to
      where s.comment_id = ${id}) event
    order by at, turn`.execute(db)
  return rows
}

/** How many threads are open, how many of them are assigned to the viewer, and how many are resolved. */
export type CommentCounts = Readonly<{ open: number; mine: number; resolved: number }>

/** The threads of each lesson of a course, counted by 'module/lesson'. */
export async function countComments(
  db: Kysely<DB>,
  course: string,
  viewer: Readonly<{ id: string }>,
): Promise<ReadonlyMap<string, CommentCounts>> {
  const { rows } = await sql<CommentCounts & { place: string }>`
    select t.module || '/' || t.lesson as place, count(*) filter (where not t.is_resolved)::int as open,
      count(*) filter (where not t.is_resolved and t.assigned_to = ${viewer.id})::int as mine,
      count(*) filter (where t.is_resolved)::int as resolved
    from course_comment_threads t where t.course = ${course} group by t.module, t.lesson`.execute(db)
  return new Map(rows.map(({ place, ...counts }) => [place, counts]))
}

export type Reviewer = Readonly<{ id: string; name: string; email: string | null }>

/** Everyone who can be assigned a comment. */
export async function listReviewers(db: Kysely<DB>): Promise<readonly Reviewer[]> {
  return db
    .selectFrom('people')
    .select(['id', 'name', 'email'])
    .where('disabled_at', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('roles')
          .select('roles.id')
          .whereRef('roles.person_id', '=', 'people.id')
          .where('role', '=', 'reviewer')
          .where('ended_at', 'is', null),
      ),
    )
    .orderBy('name')
    .orderBy('id')
    .execute()
}
