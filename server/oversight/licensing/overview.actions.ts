import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { addDays, type Day } from '#server/lib/days.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { listProgramCounts } from './overview.queries.ts'

/** Keeps the day’s counts of every certified program, once. Counts only: no one is named. */
export async function keepOverviewDay(db: Database, today: Day): Promise<void> {
  const of = { today, soon: addDays(today, 30), ruleset: rulesRevision }
  const programs = await listProgramCounts(db, of)
  if (programs.length === 0) return
  const rows = programs.map(({ program_id, in_contact, causes }) => ({ program_id, in_contact, causes }))
  await sql`
    insert into overview_days (day, program_id, in_contact, causes)
    select ${today}, program_id, in_contact, causes
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows(program_id uuid, in_contact integer, causes jsonb)
    on conflict do nothing`.execute(db)
}
