import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { programOfReview } from './review-program.queries.ts'
import type { FindingAct, ReviewState } from './review-words.ts'

export type Review = Readonly<{
  id: string
  number: number
  program_id: string
  program: string
  license_number: string | null
  license_type: string | null
  purpose: string
  opened_by_name: string
  opened_at: Date
  state: ReviewState
  state_reason: string
  state_changed_at: Date
  findings: number
  /** The earliest follow-up day among findings that are neither resolved nor withdrawn. */
  next_follow_up_on: Day | null
}>

const reviewRows = (db: Kysely<DB>, where: RawBuilder<unknown>) =>
  sql<Review>`
  select r.id, r.number, r.program_id, coalesce(d.name, h.name) as program, d.license_number, d.license_type,
    r.purpose, o.name as opened_by_name, r.opened_at, s.state, s.reason as state_reason, s.changed_at as state_changed_at,
    (select count(*) from review_findings f where f.review_id = r.id) as findings,
    (select min(coalesce(
        (select a.follow_up_on from review_finding_steps a where a.finding_id = f.id and a.follow_up_on is not null
          order by a.id desc limit 1), f.follow_up_on))
      from current_findings f
      where f.review_id = r.id and coalesce((select a.act from review_finding_steps a where a.finding_id = f.id
        and a.act <> 'follow-up-moved' order by a.id desc limit 1), 'sent') not in ('resolved', 'withdrawn')) as next_follow_up_on
  from reviews r
  join people o on o.id = r.opened_by
  ${programOfReview}
  join lateral (
    select s.state, s.reason, s.changed_at from review_states s where s.review_id = r.id order by s.id desc limit 1
  ) s on true
  where ${where}
  order by (s.state = 'closed'), next_follow_up_on nulls last, r.opened_at desc
  limit 200`.execute(db)

/** All licensing staff can see every review. */
export async function findReviewOf(db: Kysely<DB>, viewer: Viewer, id: string): Promise<Review | null> {
  if (!hasRole(viewer, 'licensing')) return null
  const { rows } = await reviewRows(db, sql`r.id = ${id}`)
  return rows[0] ?? null
}

/** For background jobs. The caller must have checked access. */
export async function findReviewById(db: Kysely<DB>, id: string): Promise<Review | null> {
  const { rows } = await reviewRows(db, sql`r.id = ${id}`)
  return rows[0] ?? null
}

export async function listReviews(
  db: Kysely<DB>,
  { state = null, programId = null }: Readonly<{ state?: ReviewState | null; programId?: string | null }>,
): Promise<readonly Review[]> {
  const { rows } = await reviewRows(
    db,
    sql`(${state}::text is null or s.state = ${state}) and (${programId}::uuid is null or r.program_id = ${programId})`,
  )
  return rows
}

export const listReviewStates = (db: Kysely<DB>, reviewId: string) =>
  db
    .selectFrom('review_states')
    .innerJoin('people', 'people.id', 'review_states.changed_by')
    .select(['state', 'reason', 'changed_at', 'people.name as changed_by_name'])
    .where('review_id', '=', reviewId)
    .orderBy('review_states.id')
    .execute()

export const listReviewNotes = (db: Kysely<DB>, reviewId: string) =>
  db
    .selectFrom('review_notes')
    .innerJoin('people', 'people.id', 'review_notes.written_by')
    .select(['review_notes.id', 'body', 'written_at', 'people.name as written_by_name'])
    .where('review_id', '=', reviewId)
    .orderBy('written_at')
    .execute()

export type FindingRow = Readonly<{
  id: string
  review_id: string
  review_number: number
  number: number
  program_id: string
  program: string
  person_id: string | null
  person_name: string | null
  rule: string
  law: string
  body: string
  follow_up_on: Day | null
  written_by_name: string
  written_at: Date
  /** In order; `at` is an instant, ISO 8601. */
  acts: readonly Readonly<{
    act: FindingAct
    follow_up_on: Day | null
    reason: string
    by: string
    at: string
  }>[]
  answers: readonly Readonly<{ id: string; body: string; file_name: string | null; by: string; at: string }>[]
  /** The finding as written, and as edited since, the current wording last. */
  wordings: readonly Readonly<{
    body: string
    rule: string
    law: string
    person_name: string | null
    by: string
    at: string
  }>[]
}>

const findingRows = (db: Kysely<DB>, where: RawBuilder<unknown>) =>
  sql<FindingRow>`
  select f.id, f.review_id, r.number as review_number, f.number, r.program_id, coalesce(d.name, h.name) as program,
    f.person_id, person.name as person_name, f.rule, f.law, f.body, f.follow_up_on, w.name as written_by_name, f.written_at,
    coalesce((select json_agg(json_build_object('act', a.act, 'follow_up_on', a.follow_up_on, 'reason', a.reason,
        'by', p.name, 'at', a.acted_at) order by a.id)
      from review_finding_steps a join people p on p.id = a.acted_by where a.finding_id = f.id), '[]') as acts,
    coalesce((select json_agg(json_build_object('id', a.id, 'body', a.body, 'file_name', a.file_name,
        'by', p.name, 'at', a.answered_at) order by a.answered_at)
      from review_answers a join people p on p.id = a.answered_by where a.finding_id = f.id), '[]') as answers,
    (select json_agg(json_build_object('body', one.body, 'rule', one.rule, 'law', one.law, 'person_name', p.name,
        'by', w.name, 'at', one.at) order by one.at, one.id)
      from (select 0 as id, o.body, o.rule, o.law, o.person_id, o.written_by as by, o.written_at as at
          from review_findings o where o.id = f.id
        union all select e.id, e.body, e.rule, e.law, e.person_id, e.edited_by, e.edited_at
          from review_finding_edits e where e.finding_id = f.id) one
      join people w on w.id = one.by left join people p on p.id = one.person_id) as wordings
  from current_findings f
  join reviews r on r.id = f.review_id
  ${programOfReview}
  join people w on w.id = f.written_by
  left join people person on person.id = f.person_id
  where ${where}
  order by r.number desc, f.number`.execute(db)

/** Licensing staff see all findings. A program's administrators see those sent to their program. */
const isSeenBy = (viewer: Viewer) =>
  hasRole(viewer, 'licensing')
    ? sql`true`
    : sql`(r.program_id = any(${[...viewer.administered_program_ids]}::uuid[])
        and exists (select from review_finding_steps a where a.finding_id = f.id and a.act = 'sent'))`

export async function listFindings(db: Kysely<DB>, reviewId: string): Promise<readonly FindingRow[]> {
  const { rows } = await findingRows(db, sql`f.review_id = ${reviewId}`)
  return rows
}

export async function findFindingOf(db: Kysely<DB>, viewer: Viewer, id: string): Promise<FindingRow | null> {
  const { rows } = await findingRows(db, sql`f.id = ${id} and ${isSeenBy(viewer)}`)
  return rows[0] ?? null
}

/** The findings sent to programs that the viewer administers. */
export async function listFindingsToAnswer(db: Kysely<DB>, viewer: Viewer): Promise<readonly FindingRow[]> {
  const { rows } = await findingRows(
    db,
    sql`r.program_id = any(${[...viewer.administered_program_ids]}::uuid[])
      and exists (select from review_finding_steps a where a.finding_id = f.id and a.act = 'sent')`,
  )
  return rows
}

export const findAnswerFile = (db: Kysely<DB>, findingId: string, answerId: string) =>
  db
    .selectFrom('review_answers')
    .select(['file', 'file_name', 'file_type'])
    .where('id', '=', answerId)
    .where('finding_id', '=', findingId)
    .where('file', 'is not', null)
    .executeTakeFirst()

/** Who viewed whom in a review, latest first. */
export async function listLooks(db: Kysely<DB>, reviewNumber: number, limit: number) {
  const { rows } = await sql<{ at: Date; who: string; what: string; people: number }>`
    select l.at, p.name as who, l.facts::jsonb ->> 'what' as what,
      jsonb_array_length(l.facts::jsonb -> 'person_ids') as people
    from ledger_entries l join people p on p.id = l.actor_id
    where l.kind = 'person-viewed' and l.subject = ${`review:${reviewNumber}`}
    order by l.turn desc limit ${limit}`.execute(db)
  return rows
}

/** Who opened the review of a finding and who wrote it, if they still have access. */
export async function listLicensorsOf(db: Kysely<DB>, findingId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct p.id from review_findings f join reviews r on r.id = f.review_id
    join people p on p.id in (f.written_by, r.opened_by) and p.disabled_at is null
    where f.id = ${findingId} order by p.id`.execute(db)
  return rows.map(({ id }) => id)
}
