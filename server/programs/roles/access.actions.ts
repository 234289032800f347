import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { RoleLine } from './roles.queries.ts'

/** Someone has gone through the list and found it right, as it was. */
export const confirmAccess = (
  db: Database,
  programId: string | null,
  roles: readonly RoleLine[],
  viewerId: string,
  now: Date,
): Promise<void> =>
  writeEvidence(db, async (trx) => {
    const kept = roles.map(({ id, person_id, role, program_id, holder_id }) => ({
      id,
      person_id,
      role,
      program_id,
      holder_id,
    }))
    await trx
      .insertInto('access_confirmations')
      .values({
        program_id: programId,
        confirmed_by: viewerId,
        confirmed_at: now,
        roles: JSON.stringify(kept),
      })
      .execute()
    trx.record({
      kind: 'access-confirmed',
      actor_id: viewerId,
      subject: programId ? `program:${programId}` : 'installation',
      facts: { roles: kept },
      at: now,
    })
  })
