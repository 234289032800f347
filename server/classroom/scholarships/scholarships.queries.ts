import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import type { ScholarshipState, ScholarshipStep } from './scholarship.ts'

export type Scholarship = Readonly<{
  id: string
  training: string
  program: string
  trainee: string
  why: string
  contact: string
  requested_by: string
  requested_by_name: string
  requested_by_email: string | null
  requested_at: Date
  state: ScholarshipState
  /** The oldest first. */
  steps: readonly Readonly<{ step: ScholarshipStep; words: string; by: string; at: string }>[]
}>

/** A requester's own requests, or all requests for a system administrator. */
const scholarshipRows = async (
  db: Kysely<DB>,
  viewer: Viewer,
  where: ReturnType<typeof sql>,
): Promise<readonly Scholarship[]> => {
  const { rows } = await sql<Scholarship>`
    select r.id, r.training, coalesce(d.name, h.name) as program, r.trainee, r.why, r.contact, r.requested_by,
      p.name as requested_by_name, p.email as requested_by_email, r.requested_at,
      coalesce((select s.step from scholarship_steps s where s.request_id = r.id order by s.id desc limit 1), 'received') as state,
      coalesce((select json_agg(json_build_object('step', s.step, 'words', s.words, 'by', b.name, 'at', s.taken_at) order by s.id)
        from scholarship_steps s join people b on b.id = s.taken_by where s.request_id = r.id), '[]') as steps
    from scholarship_requests r
    join people p on p.id = r.requested_by
    join programs g on g.id = r.program_id
    join license_holders h on h.id = g.holder_id
    left join lateral (select name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true
    where (r.requested_by = ${viewer.id} or ${hasRole(viewer, 'system_admin')}) and ${where}`.execute(db)
  return rows
}

export const findScholarshipOf = async (
  db: Kysely<DB>,
  viewer: Viewer,
  id: string,
): Promise<Scholarship | null> => (await scholarshipRows(db, viewer, sql`r.id = ${id}`))[0] ?? null

export const listScholarshipsOf = (db: Kysely<DB>, viewer: Viewer) =>
  scholarshipRows(db, viewer, sql`true order by r.requested_at desc limit 200`)

/** The programs a person can request for: where they work that day, and those they supervise. */
export async function listProgramsToAskFor(
  db: Kysely<DB>,
  viewer: Viewer,
  on: Day,
): Promise<readonly Readonly<{ id: string; name: string }>[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select g.id, coalesce(d.name, h.name) as name from programs g
    join license_holders h on h.id = g.holder_id
    left join lateral (select name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true
    where g.id = any(${[...viewer.supervised_program_ids]}::uuid[])
      or exists (select from assignments a where a.person_id = ${viewer.id} and a.program_id = g.id
        and a.superseded_at is null and a.hired_on <= ${on} and coalesce(a.separated_on >= ${on}, true))
    order by lower(coalesce(d.name, h.name)) limit 200`.execute(db)
  return rows
}

/** System administrators get an email about each new request. */
export const listSystemAdministrators = (db: Kysely<DB>) =>
  db
    .selectFrom('people')
    .select(['id', 'email'])
    .where('disabled_at', 'is', null)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('roles')
        .select('person_id')
        .where('role', '=', 'system_admin')
        .where('ended_at', 'is', null),
    )
    .execute()
