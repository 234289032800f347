import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import type { GroupEnd } from './group-session.ts'
import type { GroupSession } from './group-sessions.queries.ts'

export type GroupAnswer = { kind: 'done' } | { kind: 'refused'; message: string }

export const done = { kind: 'done' } as const
export const refused = (message: string) => ({ kind: 'refused', message }) as const

/** Changes of a session take turns; each sees the result of the one before. */
export function inTurn<Answer>(
  db: Database,
  session: GroupSession,
  change: (trx: EvidenceTransaction, end: GroupEnd | null) => Promise<Answer>,
): Promise<Answer> {
  return writeEvidence(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`group-session:${session.id}`}))`.execute(trx)
    const end = await trx
      .selectFrom('group_session_ends')
      .select(['outcome', 'reason', 'ended_at'])
      .where('session_id', '=', session.id)
      .executeTakeFirst()
    return change(trx, (end as GroupEnd | undefined) ?? null)
  })
}
