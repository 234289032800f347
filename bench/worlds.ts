import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { createSessions } from '#server/people/sessions.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'

/** Creates licensed and certified programs, five of each license holder, and returns their ids. */
export async function addPrograms(db: Database, many: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with holders as (
      insert into license_holders (name) select 'Bench ' || n from generate_series(1, ceil(${many} / 5.0)::int) n returning id),
    placed as (select id, row_number() over () as n from holders),
    added as (
      insert into programs (holder_id, kind) select placed.id, 'licensed' from generate_series(1, ${many}) n
      join placed on placed.n = (n.n + 4) / 5 returning id),
    named as (insert into program_details (program_id, name, place, license_number, license_type, from_on)
      select id, 'Program ' || left(id::text, 8), 'Town ' || substr(id::text, 10, 3), 9900000 + row_number() over (), 'CRF', '2020-01-01' from added),
    licensed as (insert into license_statuses (program_id, status, may_operate, from_on, checked_on)
      select id, 'active', true, '2020-01-01', current_date - 20 from added),
    certified as (insert into certifications (program_id, type, from_on) select id, 'st-cse-at-risk', '2022-01-01' from added)
    select id from added`.execute(db)
  return rows.map(({ id }) => id)
}

const filled = [
  ...['people', 'assignments', 'contact_periods', 'leave_periods', 'enrollments', 'completions'],
  ...['standing_passes', 'standings', 'clearances', 'certificates', 'notices', 'sign_ins'],
]

/** Fills tables without triggers and indexes, then rebuilds the indexes, like a restore. */
export async function filling(db: Database, fill: (trx: Transaction<DB>) => Promise<void>): Promise<void> {
  const tables = sql`array[${sql.join(filled)}]::regclass[]`
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    // The law's day is Minnesota's. A verdict of the next day, as UTC has it in the evening, would be calculated again.
    await sql`set local timezone = 'America/Chicago'`.execute(trx)
    await sql`update pg_index set indisready = false, indisvalid = false where indrelid = any(${tables})`.execute(
      trx,
    )
    await fill(trx)
  })
  for (const table of filled) await sql`reindex table ${sql.table(table)}`.execute(db)
  await sql`vacuum analyze`.execute(db)
}

/**
 * Adds people to each program: all working, nine in ten in contact, one in twenty on leave, trained within the last
 * year and each year before it, with their stored standings: one in 25 overdue.
 */
export async function addPeople(
  trx: Transaction<DB>,
  course: CourseVersion,
  programs: readonly string[],
  each: number,
  years = 1,
): Promise<void> {
  const text = sql`${course.slug}, ${course.version}, ${course.hash}`
  await sql`
    create temporary table staff on commit drop as
    select gen_random_uuid() as person_id, gen_random_uuid() as assignment_id,
      program_id, current_date - (random() * 360)::int as done_on, random() < 0.04 as is_late, n
    from unnest(${[...programs]}::uuid[]) program_id, generate_series(1, ${each}) n`.execute(trx)
  await sql`
    create temporary table taken on commit drop as
    select gen_random_uuid() as enrollment_id, person_id, done_on - 365 * ago as done_on
    from staff, generate_series(0, ${years - 1}) ago`.execute(trx)
  const hired = sql`done_on - ${365 * (years - 1) + 30}::int`
  for (const insert of [
    sql`people (id, name, email, password_hash, last_active_on)
      select person_id, ${givenName} || ' ' || left(person_id::text, 8), person_id || '@bench.example', 'none', done_on from staff`,
    sql`assignments (assignment_id, person_id, program_id, worker_type, role_title, hired_on)
      select assignment_id, person_id, program_id, 'employee', 'Youth worker', ${hired} from staff`,
    sql`contact_periods (assignment_id, from_on) select assignment_id, ${hired} + 31 from staff where n % 10 > 0`,
    sql`leave_periods (assignment_id, from_on) select assignment_id, current_date - 3 from staff where n % 20 = 1`,
    sql`enrollments (id, person_id, course, version, content_hash, started_at, ended_at)
      select enrollment_id, person_id, ${text}, done_on - 2, done_on from taken`,
    sql`completions (enrollment_id, person_id, course, version, content_hash, completed_at, completed_on, modules, minutes)
      select enrollment_id, person_id, ${text}, done_on, done_on, '[]', 600 from taken`,
    sql`standing_passes (person_id, ruleset, computed_on, next_change_on)
      select person_id, ${rulesRevision}, current_date, done_on + 366 from staff`,
    sql`clearances (person_id, program_id, answer, until_on, because, cause, contact)
      select person_id, program_id, case when is_late then 'no' else 'yes' end, case when not is_late then done_on + 365 end,
        'As the law says.', case when is_late then 'annual-training' end, 'in' from staff`,
    sql`standings (person_id, program_id, requirement, standing, due_on, satisfied_on, late_days, is_late_running, rule)
      select person_id, program_id, r, case when is_late and r = 'residential-annual' then 'overdue' else 'current' end,
        done_on + 365, done_on, 0, false, 'R4'
      from staff, unnest(array['residential-initial', 'residential-annual']) r`,
  ])
    await sql`insert into ${insert}`.execute(trx)
  await sql`drop table staff, taken`.execute(trx)
}

/** One of 200, as common as names are. */
const givenName = sql`
  (array['Mar', 'An', 'Jo', 'Ka', 'El', 'Li', 'Sa', 'Ro', 'Mi', 'Da'])[1 + (random() * 9)::int]
  || (array['ia', 'na', 'se', 'ri', 'lle', 'za', 'mar', 'sa', 'cha', 'vid', 'tin', 'nor', 'la', 'bel', 'ko', 'dre', 'lyn', 'ter', 'go', 'wen'])[1 + (random() * 19)::int]`

/** What five years leave beside trainings: certificates, former work, messages, sign-ins and a closed review of each program. */
export async function addHistory(trx: Transaction<DB>): Promise<void> {
  const token = sql`translate(left(md5(random()::text), 26), '0189', 'wxyz')`
  await addReviews(trx)
  for (const insert of [
    sql`certificates (completion_id, person_id, number, token, facts, issued_at)
      select id, person_id, 'SH-' || lpad((row_number() over ())::text, 7, '0'), ${token},
        jsonb_build_object('person_name', 'Person', 'course_title', 'Safe Harbor', 'statute', 'Minn. Stat. 245A.25',
          'course_version', version, 'hours', 10, 'kind', 'annual', 'completed_on', completed_on), completed_at
      from completions c where not exists (select from certificates x where x.completion_id = c.id)`,
    sql`assignments (person_id, program_id, worker_type, role_title, hired_on, separated_on)
      select a.person_id, b.program_id, 'employee', 'Youth worker', a.hired_on - 700, a.hired_on - 100
      from (select person_id, hired_on, row_number() over (order by id) as n from assignments) a
      join (select program_id, row_number() over (order by assignment_id) as n from assignments) b using (n) where n % 3 = 0`,
    sql`notices (person_id, kind, dedupe_key, facts, created_at, read_at)
      select id, 'certificate-ready', 'bench ' || n, '{}', now() - n * interval '300 days', now()
      from people, generate_series(1, 5) n`,
    sql`sign_ins (person_id, at, how, is_accepted, address, device)
      select id, now() - n * interval '50 days', 'password', true, '192.0.2.1', 'Firefox on Windows'
      from people, generate_series(1, 3) n`,
  ])
    await sql`insert into ${insert}`.execute(trx)
}

/** A supervisor and an administrator of each program, and a review by licensing staff. */
async function addReviews(trx: Transaction<DB>): Promise<void> {
  await sql`
    with staff as (
      select gen_random_uuid() as person_id, id as program_id, role
      from programs, unnest(array['supervisor', 'program_admin']) role),
    known as (insert into people (id, name, email, password_hash) select person_id, 'Staff ' || left(program_id::text, 8), person_id || '@staff.example', 'none' from staff)
    insert into roles (person_id, role, program_id) select person_id, role, program_id from staff`.execute(
    trx,
  )
  await sql`
    with licensing as (insert into people (name, email, password_hash) values ('Lee Bench', 'lee@bench.example', 'none') returning id),
    opened as (insert into reviews (program_id, purpose, opened_by, opened_at)
      select programs.id, 'Yearly review', licensing.id, now() - interval '200 days' from programs, licensing returning id, opened_by)
    insert into review_states (review_id, state, changed_by, changed_at) select id, 'open', opened_by, now() - interval '200 days' from opened`.execute(
    trx,
  )
}

/** Adds a supervisor of this program. Returns the token of their session. */
export const supervisorOf = (db: Database, program: string): Promise<string> =>
  signedIn(db, 'supervisor', program)

export const administratorOf = (db: Database, program: string): Promise<string> =>
  signedIn(db, 'program_admin', program)

async function signedIn(db: Database, role: StaffRole, program: string): Promise<string> {
  return createSessions(db, { idleMinutes: 60, hours: 12 }).create(await addStaff(db, role, program))
}

export type StaffRole = 'supervisor' | 'program_admin' | 'licensing' | 'system_admin'

/** Adds someone with this role, at a program or in the office, and returns their id. */
export async function addStaff(db: Database, role: StaffRole, program_id: string | null): Promise<string> {
  const { id } = await db
    .insertInto('people')
    .values({ name: 'Sam Bench', email: `${randomUUID()}@bench.example` })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.insertInto('roles').values({ person_id: id, role, program_id }).execute()
  return id
}
