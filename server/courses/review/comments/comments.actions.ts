import { sql } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'
import type { Thread } from './comments.queries.ts'
import type { Paragraph } from './paragraphs.ts'

type NewComment = Readonly<{ module: string; lesson: string; paragraph: Paragraph; body: string }>
type Writer = Readonly<{ id: string; name: string }>

/** Stores a reviewer's comment on a paragraph, with the paragraph's text. It is never edited or deleted. */
export async function commentOnParagraph(
  db: Database,
  viewer: Pick<Writer, 'id'>,
  text: CourseVersion,
  { module, lesson, paragraph, body }: NewComment,
  now: Date,
): Promise<void> {
  await db
    .insertInto('course_comments')
    .values({
      course: text.slug,
      version: text.version,
      content_hash: text.hash,
      module,
      lesson,
      anchor: paragraph.anchor,
      quoted: paragraph.text.slice(0, 400),
      body,
      written_by: viewer.id,
      written_at: now,
    })
    .execute()
}

/** Stores a comment in a thread, about the text of its latest comment. In a resolved thread, it reopens the thread. */
export async function replyInThread(
  db: Database,
  viewer: Pick<Writer, 'id'>,
  { course, module, lesson, anchor }: Thread,
  body: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into course_comments (course, version, content_hash, module, lesson, anchor, quoted, body, written_by, written_at)
    select c.course, c.version, c.content_hash, c.module, c.lesson, c.anchor, c.quoted, ${body}, ${viewer.id}::uuid, ${now}::timestamptz
    from course_comments c
    where c.course = ${course} and c.module = ${module} and c.lesson = ${lesson} and c.anchor = ${anchor}
    order by c.written_at desc limit 1`.execute(db)
}

/** Assigns an open thread to a reviewer, who gets a message. False if it is resolved, or if they are no reviewer. */
export async function assignThread(
  db: Database,
  viewer: Writer,
  thread: Pick<Thread, 'id'>,
  { assigned_to, lesson }: Readonly<{ assigned_to: string; lesson: string }>,
  now: Date,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (!(await listActive(trx, 'reviewer')).includes(assigned_to)) return false
    const { rows } = await sql<{ id: string }>`
      insert into course_comment_steps (comment_id, act, assigned_to, acted_by, acted_at)
      select t.id, 'assigned', ${assigned_to}::uuid, ${viewer.id}::uuid, ${now}::timestamptz
      from course_comment_threads t where t.id = ${thread.id} and not t.is_resolved
      returning id`.execute(trx)
    const [step] = rows
    if (step && assigned_to !== viewer.id)
      await notifyAll(trx, [
        {
          person_id: assigned_to,
          kind: 'comment-assigned',
          facts: { comment_id: thread.id, lesson, from: viewer.name },
          dedupe_key: `comment-assigned ${step.id}`,
        },
      ])
    return step !== undefined
  })
}

/** Resolves a thread with a reason, or reopens it. A second person who does the same at once changes nothing. */
export async function endThread(
  db: Database,
  viewer: Pick<Writer, 'id'>,
  thread: Pick<Thread, 'id'>,
  { act, reason }: Readonly<{ act: 'resolved' | 'reopened'; reason: string }>,
  now: Date,
): Promise<void> {
  await sql`
    insert into course_comment_steps (comment_id, act, reason, acted_by, acted_at)
    select t.id, ${act}, ${reason}, ${viewer.id}::uuid, ${now}::timestamptz
    from course_comment_threads t where t.id = ${thread.id} and t.is_resolved = ${act === 'reopened'}`.execute(
    db,
  )
}
