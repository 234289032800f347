import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import { type AsKnownOn, isKnown } from '#server/programs/as-of.ts'
import { isInOwnTimeOf } from '#server/programs/own-time.queries.ts'
import { isSeenAt } from '#server/training/outside.queries.ts'

export type TimelineEvent = Readonly<{
  on: Day
  kind:
    | 'hired'
    | 'left'
    | 'title-changed'
    | 'contact-began'
    | 'contact-ended'
    | 'leave-began'
    | 'leave-ended'
    | 'completed'
    | 'elsewhere'
  /** The program, or the training. */
  what: string
  more: string
}>

/**
 * Past and planned events, as known now or at the end of a day: work in the viewer's programs, and the trainings that they see.
 */
export async function listTimeline(
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[],
  asKnownOn: AsKnownOn,
): Promise<readonly TimelineEvent[]> {
  if (programIds.length === 0) return []
  const { rows } = await sql<TimelineEvent>`
    with work as (
      select a.*, coalesce(d.name, h.name) as program
      from assignments a join programs g on g.id = a.program_id join license_holders h on h.id = g.holder_id
      left join lateral (select name from program_details d where d.program_id = a.program_id and ${isKnown('d', null)}
        order by d.from_on desc limit 1) d on true
      where a.person_id = ${personId} and ${isKnown('a', asKnownOn)} and a.program_id = any(${[...programIds]}::uuid[])
    ), events as (
      select hired_on as "on", 'hired' as kind, program as what, role_title as more from work
      union all select (t.title ->> 'from_on')::date, 'title-changed', program, t.title ->> 'role_title'
        from work cross join lateral jsonb_array_elements(later_titles) t(title)
      union all select separated_on, 'left', program, '' from work where separated_on is not null
      union all select s.from_on, 'contact-began', w.program, '' from work w join contact_periods s using (assignment_id) where ${isKnown('s', asKnownOn)}
      union all select s.to_on, 'contact-ended', w.program, '' from work w join contact_periods s using (assignment_id) where ${isKnown('s', asKnownOn)} and s.to_on is not null
      union all select s.from_on, 'leave-began', w.program, '' from work w join leave_periods s using (assignment_id) where ${isKnown('s', asKnownOn)}
      union all select s.to_on, 'leave-ended', w.program, '' from work w join leave_periods s using (assignment_id) where ${isKnown('s', asKnownOn)} and s.to_on is not null
      union all select c.completed_on, 'completed', c.course, coalesce((select 'certificate ' || t.number from certificates t
          where t.completion_id = c.id and not exists (select from certificate_status_changes x where x.certificate_id = t.id) order by t.issued_at desc limit 1), '')
        from completions c where c.person_id = ${accountsOf([personId])}
          and ${isInOwnTimeOf(programIds, sql`${personId}`, sql`c.completed_on`)}
          and not exists (select from completion_voids v where v.completion_id = c.id)
      union all select o.completed_on, 'elsewhere', o.title, o.provider from outside_trainings o
        where o.person_id = ${accountsOf([personId])} and ${isKnown('o', asKnownOn)}
          and exists (select from assignments a where a.person_id = ${personId} and a.superseded_at is null
            and a.program_id = any(${[...programIds]}::uuid[]) and ${isSeenAt})
    )
    select * from events order by "on" desc, kind`.execute(db)
  return rows
}
