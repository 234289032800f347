import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { reader } from '#server/programs/typed-form.ts'

type Viewer = Readonly<{ id: string; administered_program_ids: readonly string[] }>

type CostAnswer =
  | Readonly<{ kind: 'done' }>
  | Readonly<{ kind: 'problems'; problems: readonly Problem[] }>
  | Readonly<{ kind: 'not-found' }>

/** Records what an hour of training costs from a day on. Another cost for the same day replaces it. */
export async function recordHourCost(
  db: Database,
  viewer: Viewer,
  programId: string,
  typed: Readonly<Record<string, string | undefined>>,
  now: Date,
): Promise<CostAnswer> {
  if (!viewer.administered_program_ids.includes(programId)) return { kind: 'not-found' }
  const form = reader(typed, dayOf(now))
  const text = (typed.per_hour ?? '').trim().replace(/^\$/, '')
  const per_hour = /^\d{1,5}(\.\d{1,2})?$/.test(text)
    ? Number(text)
    : form.refuse('per_hour', 'Enter dollars per hour, like 24 or 24.50.')
  const from_on = form.day('cost_from', 'Enter the first day of this cost.')
  if (form.problems.length > 0 || per_hour === null || !from_on)
    return { kind: 'problems', problems: form.problems }
  return writeEvidence(db, async (trx): Promise<CostAnswer> => {
    await trx.selectFrom('programs').select('id').where('id', '=', programId).forNoKeyUpdate().execute()
    await trx
      .updateTable('training_hour_costs')
      .set({ superseded_at: now, superseded_by: viewer.id })
      .where('program_id', '=', programId)
      .where('from_on', '=', from_on)
      .where('superseded_at', 'is', null)
      .execute()
    await trx
      .insertInto('training_hour_costs')
      .values({ program_id: programId, per_hour, from_on, recorded_by: viewer.id, recorded_at: now })
      .execute()
    trx.record({
      kind: 'setting-changed',
      actor_id: viewer.id,
      subject: `program:${programId}`,
      facts: { what: 'cost of an hour of training', program_id: programId, per_hour, from_on },
      at: now,
    })
    return { kind: 'done' }
  })
}
