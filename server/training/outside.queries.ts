import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { isUuid } from '#server/lib/uuids.ts'
import { accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { dayAt } from '#server/programs/as-of.ts'
import { isInOwnTime } from '#server/programs/own-time.queries.ts'

export type OutsideTraining = Readonly<{
  id: string
  person_id: string
  person_name: string
  title: string
  provider: string
  code: string | null
  completed_on: Day
  hours: number | null
  topics: string
  mastery: string
  is_human_trafficking: boolean
  is_same_curriculum: boolean
  file_name: string | null
  recorded_by: string
  recorded_by_name: string
  recorded_at: Date
  /** When it was withdrawn. It no longer counts, and stays on record. */
  superseded_at: Date | null
  superseded_by_name: string | null
  reason: string
  /** Decisions by programs, newest first. */
  decisions: readonly Readonly<{
    program_id: string
    program: string
    is_accepted: boolean
    is_certificate_verified: boolean
    reason: string
    decided_by_name: string
    decided_at: string
  }>[]
  /** The person's programs that the viewer administers and that have not decided yet. */
  waiting: readonly Readonly<{ program_id: string; program: string }>[]
}>

/** Who looks, and the programs for which they decide. */
type Looking = Readonly<{
  id: string
  administered_program_ids: readonly string[]
  supervised_program_ids?: readonly string[]
}>

/**
 * Which trainings a program sees, for a query with the training as `o` and the person's assignment there as `a`: those
 * recorded in its own time or shared with it, and those that its own administrators recorded or decided on.
 */
export const isSeenAt = sql<boolean>`(${isInOwnTime('a', dayAt(sql`o.recorded_at`))}
    or exists (select from programs g join roles r on r.program_id = g.id or r.holder_id = g.holder_id
      where g.id = a.program_id and r.person_id = o.recorded_by)
    or exists (select from training_decisions d where d.outside_training_id = o.id and d.program_id = a.program_id))`

/** Trainings that the viewer may see: their own, and those that the programs they look after see. */
const outsideRows = (db: Kysely<DB>, viewer: Looking, where: ReturnType<typeof sql>) =>
  sql<OutsideTraining>`
  select o.id, p.id as person_id, p.name as person_name, o.title, o.provider, o.code, o.completed_on, o.hours::float8 as hours,
    o.topics, o.mastery, o.is_human_trafficking, o.is_same_curriculum, o.file_name, o.recorded_by, r.name as recorded_by_name,
    o.recorded_at, o.superseded_at, s.name as superseded_by_name, o.reason,
    coalesce((select json_agg(json_build_object('program_id', d.program_id, 'program', coalesce(pd.name, h.name), 'is_accepted', d.is_accepted,
        'is_certificate_verified', d.is_certificate_verified, 'reason', d.reason, 'decided_by_name', dp.name,
        'decided_at', d.decided_at) order by d.decided_at desc)
      from training_decisions d join people dp on dp.id = d.decided_by
      join programs g on g.id = d.program_id join license_holders h on h.id = g.holder_id
      left join program_details pd on pd.program_id = d.program_id and pd.superseded_at is null and pd.to_on is null
      where d.outside_training_id = o.id and d.superseded_at is null and (p.id = ${viewer.id} or g.holder_id in (
        select mine.holder_id from programs mine where mine.id = any(${[...viewer.administered_program_ids]}::uuid[])))), '[]') as decisions,
    coalesce((select json_agg(distinct jsonb_build_object('program_id', a.program_id, 'program', coalesce(pd.name, h.name)))
      from assignments a
      join programs g on g.id = a.program_id join license_holders h on h.id = g.holder_id
      left join program_details pd on pd.program_id = a.program_id and pd.superseded_at is null and pd.to_on is null
      where o.superseded_at is null and a.person_id = p.id and a.superseded_at is null
        and a.program_id = any(${[...viewer.administered_program_ids]}::uuid[]) and ${isSeenAt}
        and not exists (select from training_decisions d where d.outside_training_id = o.id and d.superseded_at is null
                        and d.program_id = a.program_id)), '[]') as waiting
  from outside_trainings o
  ${joinPerson('o.person_id')}
  join people r on r.id = o.recorded_by
  left join people s on s.id = o.superseded_by
  where (p.id = ${viewer.id} or exists (
      select from assignments a where a.person_id = p.id and a.superseded_at is null
        and a.program_id = any(${[...(viewer.supervised_program_ids ?? viewer.administered_program_ids)]}::uuid[]) and ${isSeenAt})) and ${where}
  order by o.completed_on desc, o.recorded_at desc`.execute(db)

export async function findOutsideTrainingOf(
  db: Kysely<DB>,
  viewer: Looking,
  id: string,
): Promise<OutsideTraining | null> {
  const { rows } = await outsideRows(db, viewer, sql`o.id = ${id}`)
  return rows[0] ?? null
}

/** Who recorded a training of whom, and the programs that may decide on it. */
export async function findOutsideRecord(db: Kysely<DB>, id: string) {
  const { rows } = await sql<{
    person_id: string
    recorded_by: string
    recorded_at: Date
    program_ids: readonly string[]
  }>`
    select p.id as person_id, o.recorded_by, o.recorded_at, array(
      select distinct a.program_id from assignments a
      where a.person_id = p.id and a.superseded_at is null and ${isSeenAt}) as program_ids
    from outside_trainings o ${joinPerson('o.person_id')} where o.id = ${id}`.execute(db)
  return rows[0] ?? null
}

export async function listOwnOutsideTrainings(
  db: Kysely<DB>,
  viewer: Viewer,
): Promise<readonly OutsideTraining[]> {
  const { rows } = await outsideRows(db, viewer, sql`p.id = ${viewer.id}`)
  return rows
}

export async function listOutsideTrainingsOf(
  db: Kysely<DB>,
  viewer: Viewer,
  personId: string,
): Promise<readonly OutsideTraining[]> {
  const { rows } = await outsideRows(db, viewer, sql`o.person_id = ${accountsOf([personId])}`)
  return rows
}

/** Trainings waiting for a decision in the viewer's programs. */
export async function listWaitingOutsideTrainings(
  db: Kysely<DB>,
  viewer: Viewer,
): Promise<readonly OutsideTraining[]> {
  const { rows } = await outsideRows(
    db,
    viewer,
    sql`o.superseded_at is null and exists (
      select from assignments a where a.person_id = p.id and a.superseded_at is null
        and a.program_id = any(${[...viewer.administered_program_ids]}::uuid[]) and ${isSeenAt}
        and not exists (select from training_decisions d where d.outside_training_id = o.id and d.superseded_at is null
                        and d.program_id = a.program_id))`,
  )
  return rows
}

/** Administrators of a person's programs by name, without the person and one other. */
export async function listOtherAdministrators(
  db: Kysely<DB>,
  personId: string,
  withoutId: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct p.name from assignments a join programs g on g.id = a.program_id
    join roles r on r.role = 'program_admin' and r.ended_at is null and (r.program_id = g.id or r.holder_id = g.holder_id)
    join people p on p.id = r.person_id and p.disabled_at is null
    where a.person_id = ${personId} and a.superseded_at is null and coalesce(a.separated_on >= current_date, true)
      and p.id <> ${personId} and p.id <> ${withoutId}
    order by p.name`.execute(db)
  return rows.map(({ name }) => name)
}

export const findOutsideFile = (db: Kysely<DB>, id: string) =>
  db
    .selectFrom('outside_trainings')
    .select(['file', 'file_name', 'file_type'])
    .where('id', '=', id)
    .where('file', 'is not', null)
    .executeTakeFirst()

/**
 * People whose trainings a supervisor or administrator may record, by name: current and former workers in their programs. Limited to
 * one person, or to names that contain a text.
 */
export async function listStaff(
  db: Kysely<DB>,
  programIds: readonly string[],
  { person, search = '', limit }: Readonly<{ person?: string; search?: string; limit: number }>,
): Promise<readonly Readonly<{ id: string; name: string }>[]> {
  const like = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql<{ id: string; name: string }>`
    select p.id, p.name from people p
    where (${search === ''} or p.name ilike ${like}) and (${person === undefined} or p.id = ${isUuid(person ?? '') ? person : null}::uuid)
      and exists (select from assignments a
        where a.person_id = p.id and a.superseded_at is null and a.program_id = any(${[...programIds]}::uuid[]))
    order by p.name, p.id limit ${limit}`.execute(db)
  return rows
}
