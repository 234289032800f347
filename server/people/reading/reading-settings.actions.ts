import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'

export const saveReadingSettings = (db: Kysely<DB>, person_id: string, settings: string): Promise<unknown> =>
  db
    .insertInto('reading_settings')
    .values({ person_id, settings })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ settings }))
    .execute()
