import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'

type ConfirmResult = { kind: 'confirmed' } | { kind: 'own' } | { kind: 'not-found' }

/**
 * A supervisor confirms a fast completion for the programs where they supervise this person, such as after talking it
 * through. Each program confirms once.
 */
export function confirmCompletion(
  db: Database,
  viewer: Viewer,
  completion: Readonly<{ id: string; personId: string }>,
  note: string,
  now: Date,
): Promise<ConfirmResult> {
  return writeEvidence(db, async (trx): Promise<ConfirmResult> => {
    const { id, personId } = completion
    if (viewer.id === personId) return { kind: 'own' }
    const fast = await trx
      .selectFrom('completions')
      .innerJoin('completion_evidence', 'completion_evidence.completion_id', 'completions.id')
      .select('completions.id')
      .where('completions.id', '=', id)
      .where(sql<boolean>`completions.person_id = ${accountsOf([personId])}`)
      .where('is_fast', '=', true)
      .executeTakeFirst()
    if (!fast) return { kind: 'not-found' }
    const { rows } = await sql<{ program_id: string }>`
      insert into completion_confirmations (completion_id, program_id, note, confirmed_by, confirmed_at)
      select distinct ${id}::uuid, a.program_id, ${note}, ${viewer.id}::uuid, ${now}::timestamptz
      from assignments a join completions c on c.id = ${id}
        and c.completed_on <= coalesce(a.separated_on, 'infinity')
      where a.person_id = ${personId} and a.superseded_at is null
        and a.program_id = any(${[...viewer.supervised_program_ids]}::uuid[])
      on conflict do nothing
      returning program_id`.execute(trx)
    if (rows.length === 0) return { kind: 'confirmed' }
    await refreshStandings(trx, [personId], dayOf(now))
    trx.record({
      kind: 'completion-confirmed',
      actor_id: viewer.id,
      subject: `person:${personId}`,
      facts: { completion_id: id, programs: rows.map(({ program_id }) => program_id).sort(), note },
      at: now,
    })
    return { kind: 'confirmed' }
  })
}
