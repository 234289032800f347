import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { PeriodKind } from './periods.ts'
import { workTextPairs } from './roster.queries.ts'

/** One row of the record, superseded or not, with who recorded it and who superseded it. */
export type RecordRow = Readonly<{
  kind: 'work' | PeriodKind
  /** Stays the same when a correction replaces the row. */
  id: string
  facts: Readonly<Record<string, string | null>>
  recorded_at: Date
  recorded_by: string | null
  reason: string
  superseded_at: Date | null
  superseded_by: string | null
  superseded_reason: string
}>

/** Every row ever recorded about a person's work in a program, earliest first. */
export async function listRecordRows(
  db: Kysely<DB>,
  programId: string,
  personId: string,
): Promise<readonly RecordRow[]> {
  const theirs = sql`select a.assignment_id from assignments a where a.program_id = ${programId} and a.person_id = ${personId}`
  const { rows } = await sql<RecordRow>`
    select r.kind, r.id, r.facts, r.recorded_at, r.reason, r.superseded_at, r.superseded_reason,
      writer.name as recorded_by, remover.name as superseded_by
    from (
      select 'work' as kind, a.assignment_id as id, a.recorded_at, a.recorded_by, a.reason, a.superseded_at,
        a.superseded_by, a.superseded_reason, json_build_object('worker_type', a.worker_type, ${workTextPairs},
          'later_titles', nullif(a.later_titles, '[]')::text, 'hired_on', a.hired_on, 'separated_on', a.separated_on, 'duties_from', a.duties_from, 'duties_to', a.duties_to) as facts
      from assignments a where a.program_id = ${programId} and a.person_id = ${personId}
      union all
      select 'contact', s.period_id, s.recorded_at, s.recorded_by, s.reason, s.superseded_at, s.superseded_by,
        s.superseded_reason, json_build_object('from_on', s.from_on, 'from_at', s.from_at, 'to_on', s.to_on)
      from contact_periods s where s.assignment_id in (${theirs})
      union all
      select 'leave', s.period_id, s.recorded_at, s.recorded_by, s.reason, s.superseded_at, s.superseded_by,
        s.superseded_reason, json_build_object('from_on', s.from_on, 'to_on', s.to_on)
      from leave_periods s where s.assignment_id in (${theirs})
    ) r
    left join people writer on writer.id = r.recorded_by
    left join people remover on remover.id = r.superseded_by
    order by r.recorded_at, r.kind desc, r.id`.execute(db)
  return rows
}
