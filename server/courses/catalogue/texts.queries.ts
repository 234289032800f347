import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { TextOutline } from './version-changes.ts'

/** The stored outline of a text by its hash. */
export async function findTextOutline(db: Kysely<DB>, hash: string): Promise<TextOutline | null> {
  const row = await db
    .selectFrom('course_texts')
    .select('outline')
    .where('content_hash', '=', hash)
    .executeTakeFirst()
  return (row?.outline as TextOutline | undefined) ?? null
}
