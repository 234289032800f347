import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { Day } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listActive } from '#server/people/queries.ts'
import type { Watched } from './statute-watch.ts'

type Reviewer = Readonly<{ id: string }>

export type Change = Readonly<{ reason: string; source: string; changed_on: Day | null }>

/** Marks a statute or fact as changed, flags all that quotes it, and tells the other reviewers. It is never edited. */
export async function markChanged(
  db: Database,
  viewer: Reviewer,
  { key, about, places }: Watched,
  change: Change,
  now: Date,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('changed_facts')
      .values({ key, ...change, marked_by: viewer.id, marked_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    const flags = places.map(({ kind, place, title, within }) => ({
      changed_fact_id: id,
      ...{ kind, place, title, within },
    }))
    if (flags.length > 0) await trx.insertInto('changed_fact_flags').values(flags).execute()
    const others = (await listActive(trx, 'reviewer')).filter((person) => person !== viewer.id)
    await notifyAll(
      trx,
      others.map((person_id) => ({
        person_id,
        kind: 'fact-changed',
        facts: { key, about, reason: change.reason },
        dedupe_key: `fact-changed ${id}`,
      })),
    )
    return id
  })
}

export type FlagAnswer = Readonly<{ outcome: 'kept' | 'changed'; version: string; reason: string }>

/** Answers these flags of a mark, or all that are open. The first answer to a flag stays. */
export async function answerFlags(
  db: Database,
  viewer: Reviewer,
  change: string,
  flags: readonly string[] | 'all',
  { outcome, version, reason }: FlagAnswer,
  now: Date,
): Promise<void> {
  const these = flags === 'all' ? sql`true` : sql`f.id = any(${[...flags]}::uuid[])`
  await sql`
    insert into changed_fact_flag_answers (flag_id, outcome, version, reason, answered_by, answered_at)
    select f.id, ${outcome}, ${version}, ${reason}, ${viewer.id}::uuid, ${now}::timestamptz
    from changed_fact_flags f where f.changed_fact_id = ${change} and ${these}
    on conflict (flag_id) do nothing`.execute(db)
}

/** Says how a change was settled that flags nothing. The first answer stays. */
export async function resolveChanged(
  db: Database,
  viewer: Reviewer,
  id: string,
  how: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into changed_fact_ends (changed_fact_id, how, resolved_by, resolved_at)
    select c.id, ${how}, ${viewer.id}::uuid, ${now}::timestamptz from changed_facts c
    where c.id = ${id} and not exists (select from changed_fact_flags f where f.changed_fact_id = c.id)
    on conflict (changed_fact_id) do nothing`.execute(db)
}
