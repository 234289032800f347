import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'

/** Evidence that someone submitted for a requirement of their program's own. */
export type Submission = Readonly<{
  id: string
  requirement_id: string
  program_id: string
  person_id: string
  person_name: string
  title: string
  program: string
  completed_on: Day
  hours: number | null
  provider: string
  file_id: string | null
  file_name: string | null
  submitted_at: Date
  /** Null while it waits for a decision. */
  outcome: 'accepted' | 'declined' | 'withdrawn' | null
  reason: string | null
  ended_at: Date | null
  ended_by_name: string | null
}>

const programs = (list: readonly string[]) => sql`any(${[...list]}::uuid[])`

const submissions = async (db: Kysely<DB>, where: RawBuilder<unknown>): Promise<readonly Submission[]> => {
  const { rows } = await sql<Submission>`
    select s.id, s.requirement_id, s.program_id, p.id as person_id, p.name as person_name, r.title,
      coalesce(d.name, h.name) as program, s.completed_on, s.hours::float8 as hours, s.provider, s.file_id, f.file_name,
      s.submitted_at, e.outcome, e.reason, e.ended_at, by.name as ended_by_name
    from program_training_submissions s ${joinPerson('s.person_id')}
    join lateral (select r.title from program_requirements r where r.requirement_id = s.requirement_id
      order by r.superseded_at is null desc, r.from_on desc limit 1) r on true
    join programs g on g.id = s.program_id join license_holders h on h.id = g.holder_id
    left join lateral (select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
      order by d.from_on desc limit 1) d on true
    left join program_training_files f on f.id = s.file_id
    left join program_training_submission_ends e on e.submission_id = s.id
    left join people by on by.id = e.ended_by
    where ${where} order by s.submitted_at desc, s.id`.execute(db)
  return rows
}

/** A submission that the viewer may see: their own, or one to a program that they look after. */
export const findSubmissionOf = async (
  db: Kysely<DB>,
  viewer: Readonly<{ id: string; supervised_program_ids: readonly string[] }>,
  id: string,
): Promise<Submission | null> => {
  const isSeen = sql`(p.id = ${viewer.id} or s.program_id = ${programs(viewer.supervised_program_ids)})`
  return (await submissions(db, sql`s.id = ${id} and ${isSeen}`))[0] ?? null
}

/** What a person submitted to some programs, or to any, the latest first. */
export const listSubmissionsBy = (
  db: Kysely<DB>,
  personId: string,
  programIds: readonly string[] | null,
): Promise<readonly Submission[]> =>
  submissions(
    db,
    sql`s.person_id = ${accountsOf([personId])} and ${programIds === null ? sql`true` : sql`s.program_id = ${programs(programIds)}`}`,
  )

/** What waits at some programs for a decision, the earliest first. */
export const listWaitingSubmissions = async (
  db: Kysely<DB>,
  programIds: readonly string[],
): Promise<readonly Submission[]> =>
  (
    await submissions(db, sql`s.program_id = ${programs(programIds)} and e.submission_id is null`)
  ).toReversed()

export const findSubmissionFile = (db: Kysely<DB>, submissionId: string) =>
  db
    .selectFrom('program_training_submissions')
    .innerJoin('program_training_files', 'program_training_files.id', 'program_training_submissions.file_id')
    .select(['file', 'file_name', 'file_type'])
    .where('program_training_submissions.id', '=', submissionId)
    .executeTakeFirst()

/** Open messages that ask to decide on a submission. */
export async function listSubmissionNotices(
  db: Kysely<DB>,
  submissionId: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from notices where kind = 'program-training-waiting' and moot_at is null
      and facts ->> 'submission_id' = ${submissionId}`.execute(db)
  return rows.map(({ id }) => id)
}
