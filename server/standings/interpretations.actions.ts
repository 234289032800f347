import type { Database } from '#server/db/connection.ts'
import type { Settings } from '#server/law/facts/settings.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { refreshStandings } from './standings.actions.ts'

/** Records a program's interpretations, supersedes the earlier ones, and recalculates its people's standings. */
export async function recordInterpretations(
  db: Database,
  viewer: Viewer,
  programId: string,
  interpretations: Partial<Settings>,
  reason: string,
  now: Date,
): Promise<void> {
  await writeEvidence(db, async (trx) => {
    // Locks the program, so that of two simultaneous changes the second supersedes the first.
    await trx.selectFrom('programs').select('id').where('id', '=', programId).forNoKeyUpdate().execute()
    await trx
      .updateTable('program_interpretations')
      .set({ superseded_at: now })
      .where('program_id', '=', programId)
      .where('superseded_at', 'is', null)
      .execute()
    await trx
      .insertInto('program_interpretations')
      .values({
        program_id: programId,
        interpretations: JSON.stringify(interpretations),
        recorded_by: viewer.id,
        recorded_at: now,
        reason,
      })
      .execute()
    const people = await trx
      .selectFrom('assignments')
      .select('person_id')
      .distinct()
      .where('program_id', '=', programId)
      .where('superseded_at', 'is', null)
      .execute()
    await refreshStandings(
      trx,
      people.map(({ person_id }) => person_id),
      dayOf(now),
    )
    trx.record({
      kind: 'setting-changed',
      actor_id: viewer.id,
      subject: `program:${programId}`,
      facts: { interpretations, reason },
      at: now,
    })
  })
}
