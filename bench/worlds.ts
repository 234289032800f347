import { sql, type Transaction } from 'kysely'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { createSessions } from '#server/people/sessions.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'

/** Creates licensed and certified programs and returns their ids. */
export async function addPrograms(db: Database, many: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with holder as (insert into license_holders (name) values ('Bench') returning id),
    added as (insert into programs (holder_id, kind) select holder.id, 'licensed' from holder, generate_series(1, ${many}) returning id),
    named as (insert into program_details (program_id, name, from_on) select id, 'Program ' || left(id::text, 8), '2020-01-01' from added),
    certified as (insert into certifications (program_id, type, from_on) select id, 'st-cse-at-risk', '2022-01-01' from added)
    select id from added`.execute(db)
  return rows.map(({ id }) => id)
}

const filled = [
  ...['people', 'assignments', 'contact_periods', 'leave_periods', 'enrollments', 'completions'],
  ...['standing_passes', 'standings', 'clearances'],
]

/** Fills tables without triggers and indexes, then rebuilds the indexes, like a restore. */
export async function filling(db: Database, fill: (trx: Transaction<DB>) => Promise<void>): Promise<void> {
  const tables = sql`array[${sql.join(filled)}]::regclass[]`
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
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
 * year, with their stored standings.
 */
export async function addPeople(
  trx: Transaction<DB>,
  course: CourseVersion,
  programs: readonly string[],
  each: number,
): Promise<void> {
  const text = sql`${course.slug}, ${course.version}, ${course.hash}`
  await sql`
    create temporary table staff on commit drop as
    select gen_random_uuid() as person_id, gen_random_uuid() as assignment_id, gen_random_uuid() as enrollment_id,
      program_id, current_date - (random() * 360)::int as done_on, n
    from unnest(${[...programs]}::uuid[]) program_id, generate_series(1, ${each}) n`.execute(trx)
  for (const insert of [
    sql`people (id, name, email, last_active_on) select person_id, 'Person ' || left(person_id::text, 8), person_id || '@bench.example', done_on from staff`,
    sql`assignments (assignment_id, person_id, program_id, worker_type, role_title, hired_on)
      select assignment_id, person_id, program_id, 'employee', 'Youth worker', done_on - 30 from staff`,
    sql`contact_periods (assignment_id, from_on) select assignment_id, done_on + 1 from staff where n % 10 > 0`,
    sql`leave_periods (assignment_id, from_on) select assignment_id, current_date - 3 from staff where n % 20 = 1`,
    sql`enrollments (id, person_id, course, version, content_hash, started_at, ended_at)
      select enrollment_id, person_id, ${text}, done_on - 2, done_on from staff`,
    sql`completions (enrollment_id, person_id, course, version, content_hash, completed_at, completed_on, modules, minutes)
      select enrollment_id, person_id, ${text}, done_on, done_on, '[]', 600 from staff`,
    sql`standing_passes (person_id, ruleset, computed_on, next_change_on)
      select person_id, ${rulesRevision}, current_date, done_on + 366 from staff`,
    sql`clearances (person_id, program_id, answer, until_on, because, contact)
      select person_id, program_id, 'yes', done_on + 365, 'Yes.', 'in' from staff`,
    sql`standings (person_id, program_id, requirement, standing, due_on, satisfied_on, late_days, is_late_running, rule)
      select person_id, program_id, r, 'current', done_on + 365, done_on, 0, false, 'R4'
      from staff, unnest(array['residential-initial', 'residential-annual']) r`,
  ])
    await sql`insert into ${insert}`.execute(trx)
  await sql`drop table staff`.execute(trx)
}

/** Adds a supervisor of this program. Returns the token of their session. */
export const supervisorOf = (db: Database, program: string): Promise<string> =>
  addStaff(db, program, 'supervisor')

export const administratorOf = (db: Database, program: string): Promise<string> =>
  addStaff(db, program, 'program_admin')

async function addStaff(db: Database, program_id: string, role: 'supervisor' | 'program_admin') {
  const { id } = await db
    .insertInto('people')
    .values({ name: 'Sam Bench', email: `${role}@bench.example` })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.insertInto('roles').values({ person_id: id, role, program_id }).execute()
  return createSessions(db, { idleMinutes: 60, hours: 12 }).create(id)
}
