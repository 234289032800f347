import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { isPersonNamed } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { emailSeen } from '#server/programs/email-seen.queries.ts'
import type { Assignment } from './assignment.ts'
import { workTextColumns } from './roster.queries.ts'

/**
 * Locks these programs until the transaction ends, so that roster changes run one after the other. False if they are not
 * all within reach: the programs that the viewer administers, unless the change says otherwise.
 */
export async function lockProgramsOf(
  trx: Transaction<DB>,
  viewer: Viewer,
  programIds: readonly string[],
  within: readonly string[] = viewer.administered_program_ids,
): Promise<boolean> {
  const wanted = [...new Set(programIds)]
  const locked = await trx
    .selectFrom('programs')
    .select('id')
    .where('id', 'in', wanted)
    .where(sql<boolean>`id = any(${[...within]}::uuid[])`)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return locked.length === wanted.length
}

/** An assignment in this program, as known now. */
export async function findAssignment(
  db: Kysely<DB>,
  programId: string,
  assignmentId: string,
): Promise<Assignment | null> {
  const { rows } = await sql<Assignment>`
    ${assignments} where a.superseded_at is null and a.program_id = ${programId} and a.assignment_id = ${assignmentId}`.execute(
    db,
  )
  return rows[0] ?? null
}

/** The assignment that a period of contact or leave belongs to. */
export async function findAssignmentOfPeriod(
  db: Kysely<DB>,
  programId: string,
  kind: 'contact' | 'leave',
  periodId: string,
): Promise<Assignment | null> {
  const { rows } = await sql<Assignment>`
    ${assignments} where a.superseded_at is null and a.program_id = ${programId} and a.assignment_id = (
      select s.assignment_id from ${sql.table(`${kind}_periods`)} s where s.period_id = ${periodId} and s.superseded_at is null)`.execute(
    db,
  )
  return rows[0] ?? null
}

/** These people's assignments in these programs (everyone's, if no people are given), earliest first. */
export async function listAssignments(
  db: Kysely<DB>,
  programId: string,
  personIds?: readonly string[],
): Promise<readonly Assignment[]> {
  const theirs = personIds ? sql`a.person_id = any(${[...personIds]}::uuid[])` : sql`true`
  const { rows } = await sql<Assignment>`
    ${assignments} where a.superseded_at is null and a.program_id = ${programId} and ${theirs}
    order by a.hired_on, a.assignment_id`.execute(db)
  return rows
}

export type PersonOnRoster = Readonly<{
  id: string
  name: string
  email: string | null
  employee_id: string | null
  /** With it and the employee id a person signs in: 101-4482. */
  program_code: number
  has_password: boolean
  /** The latest link that still works. */
  link_made_at: Date | null
  link_expires_at: Date | null
}>

/** A person who is, or ever was, on record in this program. */
export async function findPersonOnRoster(
  db: Kysely<DB>,
  programId: string,
  personId: string,
): Promise<PersonOnRoster | null> {
  const { rows } = await sql<PersonOnRoster>`
    select p.id, p.name, ${emailSeen(sql`here.program_id = ${programId}`)} as email, p.password_hash is not null as has_password,
      (select e.employee_id from employee_ids e where e.person_id = p.id and e.program_id = ${programId}) as employee_id,
      (select here.code from programs here where here.id = ${programId}) as program_code,
      i.created_at as link_made_at, i.expires_at as link_expires_at
    from people p
    left join lateral (
      select i.created_at, i.expires_at from invitations i
      where i.person_id = p.id and i.used_at is null and i.expires_at > now()
      order by i.created_at desc limit 1
    ) i on true
    where p.id = ${personId}
      and exists (select from assignments a where a.person_id = p.id and a.program_id = ${programId})`.execute(
    db,
  )
  return rows[0] ?? null
}

type NamedPerson = Readonly<{ id: string; name: string; email: string | null }>

/**
 * People of whom a viewer knows already, in a query with people as p: on record, or with a role that is given or asked
 * for, in the programs that the viewer administers; whose account the viewer made; and the viewer. Of everyone else, an administrator doesn't learn whether they have an account.
 */
export const isKnownTo = ({
  id,
  administered_program_ids,
}: Pick<Viewer, 'id' | 'administered_program_ids'>) =>
  sql<boolean>`(p.id = ${id} or p.created_by = ${id}
    or exists (select from assignments a where a.person_id = p.id and a.program_id = any(${[...administered_program_ids]}::uuid[]))
    or exists (select from roles r join programs g on g.id = r.program_id or g.holder_id = r.holder_id
      where r.person_id = p.id and r.ended_at is null and g.id = any(${[...administered_program_ids]}::uuid[]))
    or exists (select from second_person_requests q join programs g on g.id = q.program_id or g.holder_id = q.holder_id
      where q.person_id = p.id and q.outcome is null and g.id = any(${[...administered_program_ids]}::uuid[])))`

/** Someone known to the viewer, by the email of their account or the one that was typed for them. */
export async function findKnownByEmail(
  db: Kysely<DB>,
  viewer: Pick<Viewer, 'id' | 'administered_program_ids'>,
  email: string,
): Promise<NamedPerson | undefined> {
  const { rows } = await sql<NamedPerson>`
    select p.id, p.name, coalesce(p.email, p.asked_email) as email
    from people named join people p on p.id = coalesce(named.merged_into, named.id)
    where coalesce(named.email, named.asked_email) = ${email} and p.closed_at is null and ${isKnownTo(viewer)}
    order by named.email is null limit 1`.execute(db)
  return rows[0]
}

/** Whom an employee id belongs to in this program. */
export const findPersonByEmployeeId = (
  db: Kysely<DB>,
  programId: string,
  employeeId: string,
): Promise<NamedPerson | undefined> =>
  db
    .selectFrom('employee_ids')
    .innerJoin('people as named', 'named.id', 'employee_ids.person_id')
    .innerJoin('people as p', (join) => join.on(isPersonNamed))
    .select(['p.id', 'p.name', 'p.email'])
    .where('program_id', '=', programId)
    .where('employee_id', '=', employeeId)
    .executeTakeFirst()

/**
 * Of these people, the ones whose account the viewer may not change: the viewer's own, and those with work or a role
 * outside the programs that the viewer administers.
 */
export async function listOutOfReach(
  db: Kysely<DB>,
  viewer: Viewer,
  personIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const programs = [...viewer.administered_program_ids]
  const { rows } = await sql<{ id: string }>`
    select p.id from people p
    where p.id = any(${[...personIds]}::uuid[]) and (
      p.id = ${viewer.id}
      or exists (select from roles r where r.person_id = p.id and r.ended_at is null
        and coalesce(r.program_id <> all(${programs}::uuid[]), true))
      or exists (select from assignments a where a.person_id = p.id and a.superseded_at is null
        and a.program_id <> all(${programs}::uuid[])))`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

const periods = (kind: 'contact' | 'leave') => sql`
      coalesce((select json_agg(json_build_object('row_id', s.id, 'period_id', s.period_id, 'from_on', s.from_on,
          'from_at', ${kind === 'contact' ? sql`s.from_at` : sql`null`}, 'to_on', s.to_on) order by s.from_on)
        from ${sql.table(`${kind}_periods`)} s
        where s.assignment_id = a.assignment_id and s.superseded_at is null), '[]')`

const assignments = sql`
    select a.id as row_id, a.assignment_id, a.person_id, a.program_id, a.worker_type, ${workTextColumns}, a.later_titles,
      a.hired_on, a.separated_on, a.duties_from, a.duties_to, ${periods('contact')} as contact, ${periods('leave')} as leave
    from assignments a`

/** Of these rows, work that was not on record before and has not ended, with the program's name on a day. */
export async function listNewWork(
  db: Kysely<DB>,
  rows: readonly Readonly<{
    assignment_id: string
    person_id: string
    program_id: string
    separated_on: Day | null
  }>[],
  on: Day,
): Promise<readonly Readonly<{ assignment_id: string; person_id: string; program: string }>[]> {
  const { rows: found } = await sql<{ assignment_id: string; person_id: string; program: string }>`
    select one.assignment_id, one.person_id, coalesce(d.name, h.name) as program
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as one(assignment_id uuid, person_id uuid, program_id uuid, separated_on date)
    join programs g on g.id = one.program_id join license_holders h on h.id = g.holder_id
    left join lateral (select name from program_details d where d.program_id = g.id and d.superseded_at is null
      and d.from_on <= ${on} order by d.from_on desc limit 1) d on true
    where coalesce(one.separated_on >= ${on}, true)
      and not exists (select from assignments a where a.assignment_id = one.assignment_id)`.execute(db)
  return found
}
