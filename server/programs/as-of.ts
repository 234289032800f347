import { type RawBuilder, sql } from 'kysely'
import { type Day, timeZone } from '#server/lib/days.ts'

/** Which version of the record to read: as known now (null), or as known at the end of a day in Minnesota. */
export type AsKnownOn = Day | null

/** Whether a row belongs to that version of the record. `row` is the table's alias. */
export function isKnown(row: string, asKnownOn: AsKnownOn): RawBuilder<boolean> {
  const recorded = sql.ref(`${row}.recorded_at`)
  const superseded = sql.ref(`${row}.superseded_at`)
  if (asKnownOn === null) return sql<boolean>`(${superseded} is null)`
  const end = endOfDay(asKnownOn)
  return sql<boolean>`(${recorded} < ${end} and (${superseded} is null or ${superseded} >= ${end}))`
}

/** The instant at which a day in Minnesota ends. */
export function endOfDay(on: Day): RawBuilder<Date> {
  return sql<Date>`((${on}::date + 1)::timestamp at time zone ${sql.lit(timeZone)})`
}

/** The day in Minnesota at an instant. */
export function dayAt(instant: RawBuilder<unknown>): RawBuilder<Day> {
  return sql<Day>`(${instant} at time zone ${sql.lit(timeZone)})::date`
}

/** Whether a row with `from_on` and `to_on` holds on a day. */
export function holdsOn(row: string, on: Day): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(`${row}.from_on`)} <= ${on} and coalesce(${sql.ref(`${row}.to_on`)} >= ${on}, true))`
}

/** Whether the person is employed on a day: hired and not yet separated. */
export function worksOn(row: string, on: Day): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(`${row}.hired_on`)} <= ${on} and coalesce(${sql.ref(`${row}.separated_on`)} >= ${on}, true))`
}

/** The role title of an employment on a day: the last that began by then, or the one that it began with. */
export function titleOn(row: string, on: Day): RawBuilder<string> {
  const later = sql.ref(`${row}.later_titles`)
  const first = sql.ref(`${row}.role_title`)
  return sql<string>`(case when ${later} = '[]' then ${first} else coalesce((
    select t.title ->> 'role_title' from jsonb_array_elements(${later}) t(title) where t.title ->> 'from_on' <= ${on}::date::text
    order by t.title ->> 'from_on' desc limit 1), ${first}) end)`
}
