import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { GroupEnd, Presence } from './group-session.ts'

export type GroupSession = Readonly<{
  id: string
  program_id: string
  program: string
  course: string
  version: string
  content_hash: string
  module: string
  place: string
  starts_at: Date
  facilitator_id: string
  facilitator: string
  code: string
  end: GroupEnd | null
}>

type SessionRow = Omit<GroupSession, 'end'> &
  Readonly<{ outcome: 'held' | 'called-off' | null; reason: string | null; ended_at: Date | null }>

const sessionRows = async <Row extends SessionRow>(
  db: Kysely<DB>,
  more: ReturnType<typeof sql>,
  where: ReturnType<typeof sql>,
) => {
  const { rows } = await sql<Row>`
    select s.id, s.program_id, coalesce(d.name, h.name) as program, s.course, s.version, s.content_hash, s.module, s.place,
      s.starts_at, s.facilitator_id, f.name as facilitator, s.code, e.outcome, e.reason, e.ended_at ${more}
    from group_sessions s
    join people f on f.id = s.facilitator_id
    join programs p on p.id = s.program_id
    join license_holders h on h.id = p.holder_id
    left join lateral (select name from program_details d where d.program_id = p.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true
    left join group_session_ends e on e.session_id = s.id
    where ${where}`.execute(db)
  return rows.map(({ outcome, reason, ended_at, ...session }) => ({
    ...session,
    end: outcome && ended_at ? { outcome, reason: reason ?? '', ended_at } : null,
  }))
}

/** A session of a program that the viewer supervises. Sessions of other programs are not found. */
export async function findGroupSessionOf(
  db: Kysely<DB>,
  viewer: Viewer,
  id: string,
): Promise<GroupSession | null> {
  const rows = await sessionRows(db, sql``, sql`s.id = ${id} and ${isLedBy(viewer)}`)
  return rows[0] ?? null
}

/**
 * The session with this code, for people who may be in the room: those who work that day at the program or another
 * one of its license holder, and supervisors. Anyone else doesn't find it.
 */
export async function findGroupSessionByCode(
  db: Kysely<DB>,
  viewer: Viewer,
  code: string,
  on: Day,
): Promise<GroupSession | null> {
  const rows = await sessionRows(
    db,
    sql``,
    sql`s.code = ${code} and (${isLedBy(viewer)}
      or exists (select from group_presences x where x.session_id = s.id and x.person_id = ${accountsOf([viewer.id])})
      or exists (select from assignments a join programs w on w.id = a.program_id
        where a.person_id = ${viewer.id} and a.superseded_at is null and w.holder_id = p.holder_id
          and a.hired_on <= ${on} and coalesce(a.separated_on >= ${on}, true)))`,
  )
  return rows[0] ?? null
}

type ListedGroupSession = GroupSession & Readonly<{ joined: number; confirmed: number }>

/** Sessions of the programs that the viewer supervises, newest first. */
export async function listGroupSessions(
  db: Kysely<DB>,
  viewer: Viewer,
  most = 50,
): Promise<readonly ListedGroupSession[]> {
  return sessionRows<SessionRow & { joined: number; confirmed: number }>(
    db,
    sql`, (select count(*)::int from group_presences x where x.session_id = s.id) as joined,
      (select count(*)::int from group_presences x join group_presence_changes a on a.presence_id = x.id
        where x.session_id = s.id and a.act = 'confirmed') as confirmed`,
    sql`${isLedBy(viewer)} order by s.starts_at desc limit ${most}`,
  )
}

const isLedBy = (viewer: Viewer) => sql`s.program_id = any(${[...viewer.supervised_program_ids]}::uuid[])`

/** Everyone who joined, by name. */
export async function listPresences(db: Kysely<DB>, sessionId: string): Promise<readonly Presence[]> {
  const { rows } = await sql<Presence>`
    select x.id, x.person_id, p.name, x.joined_at,
      coalesce((select json_agg(json_build_object('act', a.act, 'reason', a.reason, 'acted_by_name', b.name,
          'acted_at', a.acted_at) order by a.id)
        from group_presence_changes a join people b on b.id = a.acted_by where a.presence_id = x.id), '[]') as acts
    from group_presences x join people p on p.id = x.person_id
    where x.session_id = ${sessionId} order by lower(p.name), x.id`.execute(db)
  return rows
}

export const findPresence = async (db: Kysely<DB>, sessionId: string, personId: string) =>
  (await listPresences(db, sessionId)).find(({ person_id }) => person_id === personId) ?? null

/** People who can lead a session of this program: its supervisors and administrators, by name. */
export async function listFacilitators(
  db: Kysely<DB>,
  programId: string,
): Promise<readonly Readonly<{ id: string; name: string }>[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select distinct p.id, p.name from programs here
    join roles r on r.program_id = here.id or r.holder_id = here.holder_id
    join people p on p.id = r.person_id and p.disabled_at is null
    where here.id = ${programId} and r.role in ('supervisor', 'program_admin') and r.ended_at is null
    order by p.name`.execute(db)
  return rows
}
