import type { Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { isLockedFor } from '#server/learning/progress/queries.ts'

/** What a learner plans to do on their next shift, in their own words. */
export type Commitment = Readonly<{ body: string; isShared: boolean }>

/** Keeps a commitment. Does nothing if it is the current one: the same form may arrive twice. */
export async function saveCommitment(
  trx: Transaction<DB>,
  enrollment_id: string,
  { body, isShared }: Commitment,
  now: Date,
): Promise<void> {
  const current = await findCurrent(trx, enrollment_id)
  if (current?.body === body && current.is_shared === isShared) return
  await trx
    .updateTable('commitments')
    .set({ superseded_at: now })
    .where('enrollment_id', '=', enrollment_id)
    .where('superseded_at', 'is', null)
    .execute()
  await trx
    .insertInto('commitments')
    .values({ enrollment_id, body, is_shared: isShared, made_at: now })
    .execute()
}

/** Shares a commitment with supervisors, or stops sharing it. Does nothing if there is none. */
export async function shareCommitment(
  db: Database,
  personId: string,
  enrollmentId: string,
  isShared: boolean,
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (!(await isLockedFor(trx, personId, enrollmentId))) return
    const current = await findCurrent(trx, enrollmentId)
    if (current) await saveCommitment(trx, enrollmentId, { body: current.body, isShared }, now)
  })
}

const findCurrent = (trx: Transaction<DB>, enrollmentId: string) =>
  trx
    .selectFrom('commitments')
    .select(['body', 'is_shared'])
    .where('enrollment_id', '=', enrollmentId)
    .where('superseded_at', 'is', null)
    .executeTakeFirst()
