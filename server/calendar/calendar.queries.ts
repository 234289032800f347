import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { SessionTime } from './feed.ts'

export type CalendarScope = 'own' | 'team'
type CalendarFeed = Readonly<{ scope: CalendarScope; created_at: Date; last_read_at: Date | null }>

export async function listFeeds(db: Kysely<DB>, personId: string): Promise<readonly CalendarFeed[]> {
  const { rows } = await sql<CalendarFeed>`
    select scope, created_at, last_read_at from calendar_feeds where person_id = ${personId} and ended_at is null`.execute(
    db,
  )
  return rows
}

export type FeedOwner = Readonly<{
  id: string
  scope: CalendarScope
  person_id: string
  supervised_program_ids: readonly string[]
}>

/** The feed behind a secret address, with what its owner supervises today: a role that ended shows nothing. */
export async function findFeed(db: Kysely<DB>, tokenHash: string): Promise<FeedOwner | null> {
  const { rows } = await sql<FeedOwner>`
    select f.id, f.scope, f.person_id,
      coalesce((select json_agg(distinct g.id) from roles r join programs g on g.id = r.program_id or g.holder_id = r.holder_id
        where r.person_id = f.person_id and r.ended_at is null and r.role in ('supervisor', 'program_admin')), '[]'::json)
        as supervised_program_ids
    from calendar_feeds f join people p on p.id = f.person_id and p.disabled_at is null
    where f.token_hash = ${tokenHash} and f.ended_at is null`.execute(db)
  return rows[0] ?? null
}

/** The sessions, from a month ago on, in which a person has a place or which they lead, one time for each meeting. */
export async function listSessionTimes(
  db: Kysely<DB>,
  personId: string,
  now: Date,
): Promise<readonly SessionTime[]> {
  const { rows } = await sql<SessionTime>`
    select s.id || '-' || m.number as id, s.id as session_id, (m.one ->> 'starts_at')::timestamptz as starts_at,
      (m.one ->> 'ends_at')::timestamptz as ends_at
    from instructor_led_sessions s
    join lateral (select * from instructor_led_session_details d where d.session_id = s.id order by d.id desc limit 1) d on true
    cross join lateral jsonb_array_elements(d.meetings) with ordinality m(one, number)
    where d.ends_at > ${now}::timestamptz - interval '30 days'
      and not exists (select from instructor_led_session_cancellations c where c.session_id = s.id)
      and (d.instructor_id = ${personId} or exists (select from instructor_led_registrations r
        join instructor_led_places l on l.registration_id = r.id
        where r.session_id = s.id and r.person_id = ${accountsOf([personId])}
          and not exists (select from instructor_led_registration_ends e where e.registration_id = r.id)))
    order by 3`.execute(db)
  return rows
}

/** The people who work in some programs and whose standings are stored. */
export async function listPeopleIn(
  db: Kysely<DB>,
  programIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ person_id: string }>`
    select distinct s.person_id from standings s join people p on p.id = s.person_id and p.disabled_at is null
    where s.program_id = any(${[...programIds]}::uuid[])`.execute(db)
  return rows.map(({ person_id }) => person_id)
}
