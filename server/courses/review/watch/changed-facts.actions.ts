import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'

type Reviewer = Readonly<{ id: string }>

/** Marks a statute or fact as changed, and tells the other reviewers. It is never edited or deleted. */
export async function markChanged(
  db: Database,
  viewer: Reviewer,
  { key, about, reason }: Readonly<{ key: string; about: string; reason: string }>,
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('changed_facts')
      .values({ key, reason, marked_by: viewer.id, marked_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const others = (await listActive(trx, 'reviewer')).filter((person) => person !== viewer.id)
    await notifyAll(
      trx,
      others.map((person_id) => ({
        person_id,
        kind: 'fact-changed',
        facts: { key, about, reason },
        dedupe_key: `fact-changed ${id}`,
      })),
    )
  })
}

/** Says how the texts were corrected, which ends the flags. The first answer stays. False if there is no such mark. */
export async function resolveChanged(
  db: Database,
  viewer: Reviewer,
  id: string,
  how: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`
    with marked as (select id from changed_facts where id = ${id}),
    resolved as (
      insert into changed_fact_ends (changed_fact_id, how, resolved_by, resolved_at)
      select id, ${how}, ${viewer.id}::uuid, ${now}::timestamptz from marked
      on conflict (changed_fact_id) do nothing
    )
    select id from marked`.execute(db)
  return rows.length > 0
}
