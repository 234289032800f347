import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'

/** How long before its end a license or certification is watched. */
export const daysOfWatch = 90

/** Licenses and certifications whose period on record ends within so many days, with no later one. */
export const endingPeriods = (today: Day, days: number) => sql`(
  select l.program_id, 'The license' as what, l.period_id, l.to_on, l.checked_on from license_statuses l
  where l.superseded_at is null and l.may_operate and l.to_on between ${today}::date and ${today}::date + ${days}::int
    and not exists (select from license_statuses n where n.program_id = l.program_id and n.superseded_at is null
      and n.may_operate and n.from_on > l.from_on and coalesce(n.to_on > l.to_on, true))
  union all
  select c.program_id, 'A certification', c.period_id, c.to_on, c.checked_on from certifications c
  where c.superseded_at is null and c.to_on between ${today}::date and ${today}::date + ${days}::int
    and not exists (select from certifications n where n.program_id = c.program_id and n.superseded_at is null
      and n.type = c.type and n.from_on > c.from_on and coalesce(n.to_on > c.to_on, true)))`

type Ending = Readonly<{
  program_id: string
  program: string
  license: string
  what: 'The license' | 'A certification'
  to_on: Day
  checked_on: Day | null
}>

/** What ends within the days of the watch, the earliest first. */
export async function listEndings(db: Kysely<DB>, today: Day): Promise<readonly Ending[]> {
  const { rows } = await sql<Ending>`
    select e.program_id, coalesce(d.name, h.name) as program,
      concat_ws('-', d.license_number, d.license_type) as license, e.what, e.to_on, e.checked_on
    from ${endingPeriods(today, daysOfWatch)} e
    join programs g on g.id = e.program_id join license_holders h on h.id = g.holder_id
    left join lateral (select d.* from program_details d where d.program_id = g.id and d.superseded_at is null
      and d.from_on <= ${today} order by d.from_on desc limit 1) d on true
    order by e.to_on, program`.execute(db)
  return rows
}
