import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { dayAt } from './as-of.ts'

/**
 * THE RULE for what a program sees of someone's training: what happened while they worked for its license holder, and
 * what they shared with it. Nothing that happened after their last day there. `a` is the alias of their assignment at the
 * program, and `on` the day on which it happened.
 */
export const isInOwnTime = (a: string, on: RawBuilder<Day>): RawBuilder<boolean> => {
  const work = (column: string) => sql.ref(`${a}.${column}`)
  return sql<boolean>`(${on} <= coalesce(${work('separated_on')}, 'infinity') and (
    exists (
      select from assignments w join programs wp on wp.id = w.program_id join programs ap on ap.holder_id = wp.holder_id
      where ap.id = ${work('program_id')} and w.person_id = ${work('person_id')} and w.superseded_at is null
        and ${on} <= coalesce(w.separated_on, 'infinity')
        and ${on} >= least(w.hired_on, (
          select min(${dayAt(sql`f.recorded_at`)}) from assignments f where f.assignment_id = w.assignment_id)))
    or exists (
      select from record_shares s
      where s.person_id in (select m.id from people m where ${work('person_id')} in (m.id, m.merged_into)) and s.program_id = ${work('program_id')} and ${dayAt(sql`s.shared_at`)} >= ${on})))`
}

/** The same for any of these programs, for a query about `person`. */
export const isInOwnTimeOf = (
  programIds: readonly string[],
  person: RawBuilder<unknown>,
  on: RawBuilder<Day>,
): RawBuilder<boolean> => sql<boolean>`exists (
    select from assignments here where here.person_id = ${person} and here.superseded_at is null
      and here.program_id = any(${[...programIds]}::uuid[]) and ${isInOwnTime('here', on)})`

/** The last day at these programs of someone who has left all of them; null while they work, or will work, at one. */
export async function findLastDay(
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[],
  today: Day,
): Promise<Day | null> {
  const { rows } = await sql<{ last_on: Day | null }>`
    select case when bool_and(separated_on < ${today}) then max(separated_on) end as last_on from assignments
    where person_id = ${personId} and superseded_at is null and program_id = any(${[...programIds]}::uuid[])`.execute(
    db,
  )
  return rows[0]?.last_on ?? null
}
