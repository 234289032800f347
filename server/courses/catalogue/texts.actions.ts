import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { CourseVersion } from './catalogue.ts'
import { outlineOfText } from './version-changes.ts'

/** Stores a text's outline when someone starts it, in case its files are removed later. */
export async function noteText(db: Kysely<DB>, text: CourseVersion): Promise<void> {
  await db
    .insertInto('course_texts')
    .values({
      content_hash: text.hash,
      course: text.slug,
      version: text.version,
      outline: JSON.stringify(outlineOfText(text)),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
