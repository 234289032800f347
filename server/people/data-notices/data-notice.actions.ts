import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Viewer } from '#server/people/roles.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>

/** Publishes the next version: everyone is asked to read it, and what earlier versions said stays. */
export function publishDataNotice(
  db: Database,
  { viewer, now }: Acting,
  { body, summary }: Readonly<{ body: string; summary: string }>,
): Promise<number> {
  return writeEvidence(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-data-notice'))`.execute(trx)
    const { version } = await trx
      .insertInto('data_notices')
      .values({
        version: sql<number>`coalesce((select max(version) from data_notices), 0) + 1`,
        body,
        summary,
        published_at: now,
        published_by: viewer.id,
      })
      .returning('version')
      .executeTakeFirstOrThrow()
    trx.record({
      kind: 'data-notice-published',
      actor_id: viewer.id,
      subject: `data-notice:${version}`,
      facts: { summary, sha256: createHash('sha256').update(body).digest('hex') },
      at: now,
    })
    return version
  })
}

/** Someone says that they have read a version. Said twice, it counts once; false where there is no such version. */
export function acknowledgeDataNotice(
  db: Database,
  { viewer, now }: Acting,
  version: number,
): Promise<boolean> {
  return writeEvidence(db, async (trx) => {
    const there = await trx
      .selectFrom('data_notices')
      .select('version')
      .where('version', '=', version)
      .executeTakeFirst()
    if (!there) return false
    const added = await trx
      .insertInto('data_notice_acknowledgments')
      .values({ person_id: viewer.id, version, acknowledged_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('version')
      .executeTakeFirst()
    if (added)
      trx.record({
        kind: 'data-notice-acknowledged',
        actor_id: viewer.id,
        subject: `person:${viewer.id}`,
        facts: { version },
        at: now,
      })
    return true
  })
}
