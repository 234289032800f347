import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { ResourceRecord } from './resource-list.ts'

/** Records what holds for a resource from now on. The records before it stay, and the ledger says who and why. */
export function recordResource(
  db: Database,
  record: ResourceRecord,
  by: Readonly<{ id: string; now: Date }>,
): Promise<void> {
  return writeEvidence(db, async (trx) => {
    await trx
      .insertInto('resource_records')
      .values({ ...record, regions: [...record.regions], recorded_by: by.id, recorded_at: by.now })
      .execute()
    const { resource, ...facts } = record
    trx.record({
      kind: 'resource-changed',
      actor_id: by.id,
      subject: `resource:${resource}`,
      facts,
      at: by.now,
    })
  })
}
