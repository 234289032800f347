import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { LessonAddress } from './own-marks.queries.ts'

/** Where someone is in a lesson, for their other devices. */
export const savePlace = (
  db: Kysely<DB>,
  enrollment_id: string,
  { module, lesson, paragraph }: Readonly<{ module: string; lesson: string; paragraph: number }>,
  at: Date,
): Promise<unknown> =>
  db
    .insertInto('reading_places')
    .values({ enrollment_id, module, lesson, paragraph, at })
    .onConflict((conflict) =>
      conflict.columns(['enrollment_id', 'module', 'lesson']).doUpdateSet({ paragraph, at }),
    )
    .execute()

export const addNote = (
  db: Kysely<DB>,
  person_id: string,
  lesson: LessonAddress,
  body: string,
  written_at: Date,
): Promise<unknown> =>
  db
    .insertInto('lesson_notes')
    .values({ person_id, ...lesson, body, written_at })
    .execute()

/** Notes are their writer's own, so deleting one leaves nothing behind. */
export async function deleteNote(db: Kysely<DB>, personId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('lesson_notes')
    .where('id', '=', id)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Highlighting the same words again changes nothing. */
export const addHighlight = (
  db: Kysely<DB>,
  person_id: string,
  lesson: LessonAddress,
  words: Readonly<{ paragraph: number; start: number; quote: string }>,
  highlighted_at: Date,
): Promise<unknown> =>
  db
    .insertInto('lesson_highlights')
    .values({ person_id, ...lesson, ...words, highlighted_at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const deleteHighlight = (
  db: Kysely<DB>,
  personId: string,
  id: string,
): Promise<LessonAddress | undefined> =>
  db
    .deleteFrom('lesson_highlights')
    .where('id', '=', id)
    .where('person_id', '=', personId)
    .returning(['course', 'module', 'lesson'])
    .executeTakeFirst()

export const saveWord = (db: Kysely<DB>, person_id: string, word: string, saved_at: Date): Promise<unknown> =>
  db
    .insertInto('saved_words')
    .values({ person_id, word, saved_at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const removeWord = (db: Kysely<DB>, personId: string, word: string): Promise<unknown> =>
  db.deleteFrom('saved_words').where('person_id', '=', personId).where('word', '=', word).execute()

export const addBookmark = (
  db: Kysely<DB>,
  person_id: string,
  lesson: LessonAddress,
  saved_at: Date,
): Promise<unknown> =>
  db
    .insertInto('bookmarks')
    .values({ person_id, ...lesson, saved_at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const removeBookmark = (
  db: Kysely<DB>,
  personId: string,
  { course, module, lesson }: LessonAddress,
): Promise<unknown> =>
  db
    .deleteFrom('bookmarks')
    .where('person_id', '=', personId)
    .where('course', '=', course)
    .where('module', '=', module)
    .where('lesson', '=', lesson)
    .execute()
