import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { Day } from '#server/lib/days.ts'

/** Names who also gets a person's team alerts while they are away, in place of the deputy named before. */
export async function nameDeputy(
  db: Database,
  personId: string,
  deputy: Readonly<{ deputy_id: string; from_on: Day; to_on: Day }>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await endDeputy(trx, personId)
    await trx
      .insertInto('deputies')
      .values({ person_id: personId, ...deputy })
      .execute()
  })
}

export async function endDeputy(db: Database, personId: string): Promise<void> {
  await db
    .updateTable('deputies')
    .set({ ended_at: sql`now()` })
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .execute()
}
