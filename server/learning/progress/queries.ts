import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { wasApproved } from '#server/courses/catalogue/approvals.queries.ts'
import type { DB } from '#server/db/schema.ts'
import type { Confidence } from '#server/learning/questions/confidence.ts'
import type { Drawn } from '#server/learning/questions/drawing.ts'
import { accountsIn, accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'

export type Enrollment = Readonly<{
  id: string
  course: string
  version: string
  content_hash: string
  started_at: Date
  ended_at: Date | null
  /** 'module/lesson' */
  finished: readonly string[]
  skipped: readonly string[]
  optional: readonly string[]
  /** Slugs of the modules whose assessment is passed. */
  passed: readonly string[]
  completion_id: string | null
  completed_on: string | null
  /** Whether the version was approved when it was completed. Null until completion. */
  was_approved: boolean | null
}>

// Approvals as known now.
const approvedAsKnownNow = wasApproved(() => sql`true`)

const enrollmentsWhere = (where: RawBuilder<unknown>) => sql<Enrollment>`
  select e.id, e.course, e.version, e.content_hash, e.started_at, e.ended_at, c.id as completion_id, c.completed_on,
    case when c.id is not null then ${approvedAsKnownNow} end as was_approved,
    array(select distinct m.module || '/' || m.lesson from finished_lessons m where m.enrollment_id = e.id) as finished,
    array(select m.module || '/' || m.lesson from lesson_marks m where m.enrollment_id = e.id and m.mark = 'skipped') as skipped,
    array(select m.module || '/' || m.lesson from lesson_marks m where m.enrollment_id = e.id and m.mark = 'optional') as optional,
    array(select distinct s.module from enrollment_passes s where s.enrollment_id = e.id) as passed
  from enrollments e left join completions c on c.enrollment_id = e.id
  where ${where}`

const enrollmentRows = (db: Kysely<DB>, where: RawBuilder<unknown>) => enrollmentsWhere(where).execute(db)

/** The id of the open enrollment of these accounts in a course or, if none, of the latest. */
export const latestEnrollment = (accounts: RawBuilder<unknown>, course: string) => sql`
  (select id from enrollments where person_id = ${accounts} and course = ${course}
    order by ended_at desc nulls first, started_at desc limit 1)`

/** The person's open enrollment or, if none, the latest. */
export async function findEnrollment(
  db: Kysely<DB>,
  personId: string,
  course: string,
): Promise<Enrollment | null> {
  const { rows } = await enrollmentRows(db, sql`e.id = ${latestEnrollment(accountsOf([personId]), course)}`)
  return rows[0] ?? null
}

/** The same of the viewer, as JSON in the statement that reads the session. */
export const enrollmentAlongside = (course: string) =>
  sql`select row_to_json(found) from (${enrollmentsWhere(sql`e.id = ${latestEnrollment(accountsIn('viewer'), course)}`)}) found`

/** What `enrollmentAlongside` read. */
export function enrollmentFrom(read: unknown): Enrollment | null {
  const found = read as Enrollment | null
  return (
    found && {
      ...found,
      started_at: new Date(found.started_at),
      ended_at: found.ended_at && new Date(found.ended_at),
    }
  )
}

export async function listEnrollments(db: Kysely<DB>, personId: string): Promise<readonly Enrollment[]> {
  const { rows } = await enrollmentRows(
    db,
    sql`e.person_id = ${accountsOf([personId])} order by e.started_at desc`,
  )
  return rows
}

/** The same, locked, so that a second request waits and then sees the first one's changes. */
export async function lockEnrollmentOf(
  trx: Transaction<DB>,
  personId: string,
  enrollmentId: string,
): Promise<Enrollment | null> {
  if (!(await isLockedFor(trx, personId, enrollmentId))) return null
  const { rows } = await enrollmentRows(trx, sql`e.id = ${enrollmentId}`)
  return rows[0] ?? null
}

/** Locks an enrollment where nothing of it has to be known. False if it isn't this person's. */
export async function isLockedFor(
  trx: Transaction<DB>,
  personId: string,
  enrollmentId: string,
): Promise<boolean> {
  const locked = await trx
    .selectFrom('enrollments')
    .select('id')
    .where('id', '=', enrollmentId)
    .where(sql<boolean>`person_id = ${accountsOf([personId])}`)
    .forUpdate()
    .executeTakeFirst()
  return locked !== undefined
}

export type Attempt = Readonly<{
  id: string
  enrollment_id: string
  person_id: string
  course: string
  version: string
  module: string
  drawn: readonly Drawn[]
  pass_mark: number
  started_at: Date
  answers: readonly Readonly<{
    position: number
    step: number
    answer: unknown
    is_correct: boolean
    is_last_step: boolean
    /** Partial credit from 0 to 1. Null for all-or-nothing questions. */
    credit: number | null
    confidence: Confidence | null
  }>[]
  /** `points` includes partial credit. `correct` counts questions that were entirely right. */
  result: Readonly<{
    correct: number
    points: number
    total: number
    is_passed: boolean
    /** ISO 8601. */
    finished_at: string
  }> | null
  was_approved: Enrollment['was_approved']
}>

const attemptsWhere = (where: RawBuilder<unknown>) => sql<Attempt>`
  select a.id, a.enrollment_id, p.id as person_id, e.course, e.version, a.module, a.drawn, a.pass_mark, a.started_at,
    coalesce((select json_agg(json_build_object('position', n.position, 'step', n.step, 'answer', n.answer,
                'is_correct', n.is_correct, 'is_last_step', n.is_last_step, 'credit', n.credit,
                'confidence', n.confidence) order by n.position, n.step)
              from attempt_answers n where n.attempt_id = a.id), '[]') as answers,
    case when r.attempt_id is null then null
      else json_build_object('correct', r.correct, 'points', coalesce(r.points, r.correct), 'total', r.total, 'is_passed', r.is_passed,
        'finished_at', r.finished_at) end as result,
    case when c.id is not null then ${approvedAsKnownNow} end as was_approved
  from attempts a join enrollments e on e.id = a.enrollment_id ${joinPerson('e.person_id')} left join completions c on c.enrollment_id = e.id
    left join attempt_results r on r.attempt_id = a.id
  where ${where}`

const attemptRows = (db: Kysely<DB>, where: RawBuilder<unknown>) => attemptsWhere(where).execute(db)

/** One attempt of this person, or null. */
export async function findAttemptOf(db: Kysely<DB>, personId: string, id: string): Promise<Attempt | null> {
  const { rows } = await attemptRows(db, sql`a.id = ${id} and p.id = ${personId}`)
  return rows[0] ?? null
}

/** All attempts of a person at a course. */
export async function listAttemptsAt(
  db: Kysely<DB>,
  personId: string,
  course: string,
): Promise<readonly Attempt[]> {
  const { rows } = await attemptRows(
    db,
    sql`e.person_id = ${accountsOf([personId])} and e.course = ${course}`,
  )
  return rows
}

/** The same of the viewer, as JSON in the statement that reads the session. */
export const attemptAlongside = (id: string) =>
  sql`select row_to_json(found) from (${attemptsWhere(sql`a.id = ${id} and e.person_id = ${accountsIn('viewer')}`)}) found`

/** What `attemptAlongside` read. */
export function attemptFrom(read: unknown): Attempt | null {
  const found = read as Attempt | null
  return found && { ...found, started_at: new Date(found.started_at) }
}

/** All attempts of one module in one enrollment, newest first. */
export async function listAttempts(
  db: Kysely<DB>,
  enrollmentId: string,
  module: string,
): Promise<readonly Attempt[]> {
  const { rows } = await attemptRows(
    db,
    sql`a.enrollment_id = ${enrollmentId} and a.module = ${module} order by a.started_at desc`,
  )
  return rows
}

export type CompletionRow = Readonly<{
  id: string
  course: string
  version: string
  completed_on: string
  certificate_number: string | null
  certificate_id: string | null
  was_certified: boolean
}>

/** A person's completions with the current certificate of each, newest first. */
export async function listCompletions(db: Kysely<DB>, personId: string): Promise<readonly CompletionRow[]> {
  const { rows } = await sql<CompletionRow>`
    select c.id, c.course, c.version, c.completed_on, t.number as certificate_number, t.id as certificate_id,
      exists (select from certificates k where k.completion_id = c.id) as was_certified
    from completions c
    left join lateral (
      select t.id, t.number from certificates t
      where t.completion_id = c.id
        and not exists (select from certificate_status_changes a where a.certificate_id = t.id)
      order by t.issued_at desc limit 1) t on true
    where c.person_id = ${accountsOf([personId])} and not exists (select from completion_voids v where v.completion_id = c.id)
    order by c.completed_at desc`.execute(db)
  return rows
}
