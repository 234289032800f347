import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { isInOwnTime } from '#server/programs/own-time.queries.ts'
import type { HourCost, TrainingHours } from './training-hours.ts'

/**
 * The hours of training of a program's people in a period: courses of this system by their length, outside trainings that
 * the program accepted, and trainings recorded for its own requirements. Only what the program may see.
 */
export async function listTrainingHours(
  db: Kysely<DB>,
  programId: string,
  { from_on, to_on }: Readonly<{ from_on: Day; to_on: Day }>,
): Promise<readonly TrainingHours[]> {
  const { rows } = await sql<TrainingHours>`
    with here as (
      select distinct on (a.person_id) a.*, p.name from assignments a join people p on p.id = a.person_id
      where a.program_id = ${programId} and a.superseded_at is null order by a.person_id, a.hired_on desc
    )
    select a.person_id, a.name, k.completed_on as "on", 'courses' as kind, (k.minutes / 60.0)::float8 as hours
    from here a join completions k on k.person_id = a.person_id and k.completed_on between ${from_on} and ${to_on}
    where ${isInOwnTime('a', sql<Day>`k.completed_on`)}
      and not exists (select from completion_voids v where v.completion_id = k.id)
    union all
    select a.person_id, a.name, o.completed_on, 'outside', o.hours::float8
    from here a join outside_trainings o on o.person_id = a.person_id and o.superseded_at is null and o.hours is not null
      and o.completed_on between ${from_on} and ${to_on}
    where exists (select from training_decisions d where d.outside_training_id = o.id and d.program_id = ${programId}
      and d.superseded_at is null and d.is_accepted)
    union all
    select a.person_id, a.name, t.completed_on, 'own', t.hours::float8
    from here a join program_trainings t on t.person_id = a.person_id and t.program_id = ${programId}
      and t.superseded_at is null and t.hours is not null and t.completed_on between ${from_on} and ${to_on}`.execute(
    db,
  )
  return rows
}

/** What an hour costs, the earliest first. */
export async function listHourCosts(db: Kysely<DB>, programId: string): Promise<readonly HourCost[]> {
  const { rows } = await sql<HourCost>`
    select c.id, c.per_hour::float8 as per_hour, c.from_on, c.recorded_at, p.name as recorded_by_name
    from training_hour_costs c join people p on p.id = c.recorded_by
    where c.program_id = ${programId} and c.superseded_at is null order by c.from_on`.execute(db)
  return rows
}
