import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { latestEnrollment } from '#server/learning/progress/queries.ts'
import { accountsIn } from '#server/people/accounts-of.queries.ts'

export type LessonAddress = Readonly<{ course: string; module: string; lesson: string }>

type OwnNote = Readonly<{ id: string; body: string; written_at: string }>

/** Words that someone highlighted, and where they were in the lesson. */
type OwnHighlight = Readonly<{ id: string; paragraph: number; start: number; quote: string }>

/** What one person has in one lesson: where they stopped reading, a bookmark, notes, highlights and saved words. */
export type OwnMarks = Readonly<{
  paragraph: number | null
  /** When they were at that paragraph, in milliseconds. */
  paragraph_at: number | null
  is_bookmarked: boolean
  notes: readonly OwnNote[]
  highlights: readonly OwnHighlight[]
  words: readonly string[]
}>

/** The viewer's marks as JSON, in the statement that reads the session. */
export const ownMarksAlongside = ({ course, module, lesson }: LessonAddress) => sql`
  select json_build_object(
    'paragraph', place.paragraph, 'paragraph_at', (extract(epoch from place.at) * 1000)::float8,
    'is_bookmarked', exists (select from bookmarks b where b.person_id = viewer.id and b.course = ${course}
      and b.module = ${module} and b.lesson = ${lesson}),
    'notes', coalesce((select json_agg(json_build_object('id', n.id, 'body', n.body, 'written_at', n.written_at) order by n.written_at)
      from lesson_notes n where n.person_id = viewer.id and n.course = ${course}
        and n.module = ${module} and n.lesson = ${lesson}), '[]'::json),
    'highlights', coalesce((select json_agg(json_build_object('id', h.id, 'paragraph', h.paragraph, 'start', h.start, 'quote', h.quote)
        order by h.paragraph, h.start)
      from lesson_highlights h where h.person_id = viewer.id and h.course = ${course}
        and h.module = ${module} and h.lesson = ${lesson}), '[]'::json),
    'words', array(select w.word from saved_words w where w.person_id = viewer.id))
  from (select) one left join lateral (
    select r.paragraph, r.at from reading_places r
    where r.enrollment_id = ${latestEnrollment(accountsIn('viewer'), course)} and r.module = ${module} and r.lesson = ${lesson}) place on true`

type KeptNote = LessonAddress & OwnNote
type KeptHighlight = LessonAddress & OwnHighlight & Readonly<{ highlighted_at: Date }>
type Bookmark = LessonAddress & Readonly<{ saved_at: Date }>

export async function listNotes(db: Kysely<DB>, personId: string): Promise<readonly KeptNote[]> {
  const { rows } = await sql<KeptNote>`
    select id, course, module, lesson, body, written_at from lesson_notes
    where person_id = ${personId} order by written_at desc`.execute(db)
  return rows
}

export const listHighlights = (
  db: Kysely<DB>,
  personId: string,
  lesson?: LessonAddress,
): Promise<readonly KeptHighlight[]> =>
  db
    .selectFrom('lesson_highlights')
    .select(['id', 'course', 'module', 'lesson', 'paragraph', 'start', 'quote', 'highlighted_at'])
    .where('person_id', '=', personId)
    .$if(lesson !== undefined, (query) =>
      query
        .where('course', '=', lesson!.course)
        .where('module', '=', lesson!.module)
        .where('lesson', '=', lesson!.lesson),
    )
    .orderBy('course')
    .orderBy('module')
    .orderBy('lesson')
    .orderBy('paragraph')
    .orderBy('start')
    .execute()

export async function listWords(db: Kysely<DB>, personId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('saved_words')
    .select('word')
    .where('person_id', '=', personId)
    .orderBy('saved_at', 'desc')
    .execute()
  return rows.map(({ word }) => word)
}

export const listBookmarks = (db: Kysely<DB>, personId: string): Promise<readonly Bookmark[]> =>
  db
    .selectFrom('bookmarks')
    .select(['course', 'module', 'lesson', 'saved_at'])
    .where('person_id', '=', personId)
    .orderBy('saved_at', 'desc')
    .execute()
