import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import { findAccountByEmail } from '#server/people/queries.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { LedEntry } from './instructor-led-form.ts'

export type LedSession = LedEntry &
  Readonly<{
    id: string
    program_id: string | null
    program: string | null
    instructor_id: string | null
    instructor_email: string | null
    cancelled: Readonly<{ reason: string; at: string }> | null
    taken: number
    waiting: number
    /** The viewer's own active registration, with its position on the waiting list if it has no place. */
    own: Readonly<{ id: number; has_place: boolean; before: number; given_at: string | null }> | null
  }>

/** Sessions with their free places and the viewer's own registration. */
const ledRows = async (
  db: Kysely<DB>,
  viewer: Viewer | null,
  where: ReturnType<typeof sql>,
): Promise<readonly LedSession[]> => {
  const { rows } = await sql<LedSession>`
    with standing as (
      select r.*, p.given_at from instructor_led_registrations r left join instructor_led_places p on p.registration_id = r.id
      where not exists (select from instructor_led_registration_ends e where e.registration_id = r.id)
    )
    select s.id, s.program_id, case when g.id is null then null else coalesce(n.name, h.name) end as program,
      d.training, d.title, d.code, d.provider, d.instructor, d.instructor_id, i.email as instructor_email, d.place, d.link,
      d.is_for_all, d.audience, d.contact, d.about, d.mastery, d.is_human_trafficking, d.meetings, d.starts_at, d.ends_at,
      d.hours::float8 as hours, d.places, d.closes_at, d.minutes_may_miss,
      case when c.session_id is null then null else json_build_object('reason', c.reason, 'at', c.cancelled_at) end as cancelled,
      (select count(*)::int from standing x where x.session_id = s.id and x.given_at is not null) as taken,
      (select count(*)::int from standing x where x.session_id = s.id and x.given_at is null) as waiting,
      (select json_build_object('id', x.id, 'has_place', x.given_at is not null, 'given_at', x.given_at, 'before',
          (select count(*)::int from standing y where y.session_id = s.id and y.given_at is null and y.id < x.id))
        from standing x where x.session_id = s.id and x.person_id = ${accountsOf(viewer ? [viewer.id] : [])} limit 1) as own
    from instructor_led_sessions s
    join lateral (select * from instructor_led_session_details d where d.session_id = s.id order by d.id desc limit 1) d on true
    left join people i on i.id = d.instructor_id
    left join programs g on g.id = s.program_id
    left join license_holders h on h.id = g.holder_id
    left join lateral (select name from program_details n where n.program_id = g.id and n.superseded_at is null
      order by n.from_on desc limit 1) n on true
    left join instructor_led_session_cancellations c on c.session_id = s.id
    where ${where}`.execute(db)
  return rows
}

/** Sessions for everyone or for a program where the viewer works that day, plus those they registered for or lead. */
const isSeenBy = (viewer: Viewer | null, on: Day) =>
  viewer
    ? sql`(d.is_for_all or ${isLedBy(viewer)}
        or s.program_id = any(${[...viewer.supervised_program_ids, ...viewer.trained_program_ids]}::uuid[])
        or exists (select from instructor_led_registrations r where r.session_id = s.id and r.person_id = ${accountsOf([viewer.id])})
        or exists (select from assignments a where a.person_id = ${viewer.id} and a.program_id = s.program_id
          and a.superseded_at is null and a.hired_on <= ${on} and coalesce(a.separated_on >= ${on}, true)))`
    : sql`d.is_for_all`

const isOrganizedBy = (viewer: Viewer) =>
  sql`(s.program_id = any(${[...viewer.trained_program_ids]}::uuid[])
    or (s.program_id is null and ${hasRole(viewer, 'system_admin')}))`

/** Organizers and the instructor of a session: they see registrations and record attendance. */
const isLedBy = (viewer: Viewer) => sql`(${isOrganizedBy(viewer)} or d.instructor_id = ${viewer.id})`

export const findLedSession = async (
  db: Kysely<DB>,
  viewer: Viewer | null,
  id: string,
  on: Day,
): Promise<LedSession | null> =>
  (await ledRows(db, viewer, sql`s.id = ${id} and ${isSeenBy(viewer, on)}`))[0] ?? null

/** The same, for organizers. */
export const findLedSessionToChange = async (
  db: Kysely<DB>,
  viewer: Viewer,
  id: string,
): Promise<LedSession | null> =>
  (await ledRows(db, viewer, sql`s.id = ${id} and ${isOrganizedBy(viewer)}`))[0] ?? null

/** The same, for organizers and the instructor. */
export const findLedSessionToLead = async (
  db: Kysely<DB>,
  viewer: Viewer,
  id: string,
): Promise<LedSession | null> =>
  (await ledRows(db, viewer, sql`s.id = ${id} and ${isLedBy(viewer)}`))[0] ?? null

/** The same, locked: the second caller waits and then sees the first one's changes. The caller checks permissions. */
export async function lockLedSession(
  trx: Transaction<DB>,
  viewer: Viewer,
  id: string,
): Promise<LedSession | null> {
  await sql`select 1 from instructor_led_sessions where id = ${id} for update`.execute(trx)
  return (await ledRows(trx, viewer, sql`s.id = ${id}`))[0] ?? null
}

/** Upcoming sessions that the viewer can see, next first. */
export const listComing = (db: Kysely<DB>, viewer: Viewer | null, on: Day, now: Date) =>
  ledRows(
    db,
    viewer,
    sql`d.ends_at > ${now} and c.session_id is null and ${isSeenBy(viewer, on)} order by d.starts_at, s.id limit 100`,
  )

/** Sessions that the viewer is registered for, newest first. */
export const listOwnRegistrations = (db: Kysely<DB>, viewer: Viewer) =>
  ledRows(
    db,
    viewer,
    sql`exists (select from standing x where x.session_id = s.id and x.person_id = ${accountsOf([viewer.id])})
      order by d.starts_at desc limit 50`,
  )

/** Sessions that the viewer organizes or leads, newest first. */
export const listLed = (db: Kysely<DB>, viewer: Viewer) =>
  ledRows(db, viewer, sql`${isLedBy(viewer)} order by d.starts_at desc limit 50`)

export type Registration = Readonly<{
  id: number
  person_id: string
  name: string
  email: string | null
  registered_at: Date
  given_at: Date | null
  ended_at: Date | null
  /** Attendance entries, oldest first. */
  attendance: readonly Readonly<{
    id: number
    outcome: 'present' | 'absent'
    minutes_missed: number
    reason: string
    recorded_by_name: string
    recorded_at: string
  }>[]
  /** The outside training that it gave credit for, if that still counts. */
  training_id: string | null
}>

/** All registrations: places first, then the waiting list in order, then canceled ones. */
export async function listRegistrations(db: Kysely<DB>, sessionId: string): Promise<readonly Registration[]> {
  const { rows } = await sql<Registration>`
    select r.id, p.id as person_id, p.name, p.email, r.registered_at, g.given_at, e.ended_at,
      coalesce((select json_agg(json_build_object('id', a.id, 'outcome', a.outcome, 'minutes_missed', a.minutes_missed,
          'reason', a.reason, 'recorded_by_name', b.name, 'recorded_at', a.recorded_at) order by a.id)
        from instructor_led_attendance a join people b on b.id = a.recorded_by where a.registration_id = r.id), '[]') as attendance,
      (select o.id from instructor_led_attendance a join instructor_led_credits c on c.attendance_id = a.id
        join outside_trainings o on o.id = c.outside_training_id and o.superseded_at is null
        where a.registration_id = r.id limit 1) as training_id
    from instructor_led_registrations r
    ${joinPerson('r.person_id')}
    left join instructor_led_places g on g.registration_id = r.id
    left join instructor_led_registration_ends e on e.registration_id = r.id
    where r.session_id = ${sessionId}
    order by e.ended_at is not null, g.given_at is null, case when g.given_at is null then r.id end, lower(p.name), r.id`.execute(
    db,
  )
  return rows
}

/** The account of an instructor, by email. */
export async function findInstructor(db: Kysely<DB>, email: string) {
  const account = await findAccountByEmail(db, email)
  return account?.disabled_at === null ? { id: account.id } : undefined
}
