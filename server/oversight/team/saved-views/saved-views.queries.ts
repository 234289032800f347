import type { Kysely } from 'kysely'
import type { DB } from '#server/db/schema.ts'

type SavedView = Readonly<{ id: string; name: string; query: string }>

/** A person's own views of the team page, by name. */
export const listViews = (db: Kysely<DB>, personId: string): Promise<readonly SavedView[]> =>
  db
    .selectFrom('team_views')
    .select(['id', 'name', 'query'])
    .where('person_id', '=', personId)
    .orderBy('name')
    .execute()
