import { sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { workTextNames } from './roster.actions.ts'

type Move = Readonly<{
  from: string
  to: string
  by: string
  reason: string
  now: Date
  /** Only these employments; all of them, if none are named. */
  only?: readonly string[]
}>

/**
 * Someone's work on record becomes that of another account of theirs; nothing of it is rewritten. Contact and leave belong
 * to the employment and come along. Returns the employments that moved.
 */
export async function moveWork(
  trx: Transaction<DB>,
  { from, to, by, reason, now, only }: Move,
): Promise<readonly string[]> {
  const { rows } = await sql<{ assignment_id: string }>`
    with gone as (
      update assignments set superseded_at = ${now}, superseded_by = ${by}, superseded_reason = ${reason}
      where person_id = ${from} and superseded_at is null
        and ${only ? sql`assignment_id = any(${[...only]}::uuid[])` : sql`true`} returning *)
    insert into assignments (assignment_id, person_id, program_id, worker_type, ${workTextNames}, later_titles, hired_on,
      separated_on, duties_from, duties_to, recorded_at, recorded_by, reason)
    select assignment_id, ${to}, program_id, worker_type, ${workTextNames}, later_titles, hired_on, separated_on, duties_from,
      duties_to, ${now}, recorded_by, ${reason} from gone returning assignment_id`.execute(trx)
  return rows.map(({ assignment_id }) => assignment_id)
}
