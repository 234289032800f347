import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { Paragraph } from './paragraphs.ts'

type NewComment = Readonly<{ module: string; lesson: string; paragraph: Paragraph; body: string }>

/** Stores a reviewer's comment on a paragraph, with the paragraph's text. It is never edited or deleted. */
export async function commentOnParagraph(
  db: Database,
  viewer: Readonly<{ id: string }>,
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
