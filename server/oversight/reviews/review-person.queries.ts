import { type Kysely, sql } from 'kysely'
import type { CertificateRow } from '#server/certificates/certificates/queries.ts'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf, joinPerson } from '#server/people/accounts-of.queries.ts'
import { type AsKnownOn, endOfDay, isKnown } from '#server/programs/as-of.ts'

export type ReviewCertificate = CertificateRow &
  Readonly<{
    status: 'valid' | 'revoked' | 'superseded'
    replaced_by: string | null
  }>

/** Some people's certificates with their current status, latest first. One statement. */
export async function listCertificatesOfPeople(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<readonly ReviewCertificate[]> {
  const { rows } = await sql<CertificateRow>`
    select c.id, c.completion_id, p.id as person_id, c.person_id as account_id, c.number, c.token, c.facts, c.issued_at, p.is_confidential,
      (select a.acted_at from certificate_status_changes a where a.certificate_id = c.id and a.act = 'revoked') as revoked_at,
      (select a.acted_at from certificate_status_changes a where a.certificate_id = c.id and a.act = 'superseded') as superseded_at,
      (select json_build_object('number', n.number, 'issued_at', n.issued_at) from certificates n
        where n.corrects_id = c.id) as corrected_by
    from certificates c ${joinPerson('c.person_id')}
    where c.person_id = ${accountsOf(personIds)}
    order by c.issued_at desc`.execute(db)
  return rows.map((row) => ({
    ...row,
    status: row.revoked_at ? 'revoked' : row.superseded_at ? 'superseded' : 'valid',
    replaced_by: row.corrected_by?.number ?? null,
  }))
}

export type ReviewOutside = Readonly<{
  id: string
  person_id: string
  title: string
  provider: string
  code: string | null
  completed_on: Day
  hours: number | null
  topics: string
  mastery: string
  is_human_trafficking: boolean
  is_same_curriculum: boolean
  recorded_at: Date
  recorded_by_name: string
  has_file: boolean
  /** The decision of any license holder or agency. Null if none has decided. */
  is_accepted: boolean | null
  is_certificate_verified: boolean
  decision_reason: string
}>

/** Some people's outside trainings. One statement. */
export async function listOutsideOfPeople(
  db: Kysely<DB>,
  personIds: readonly string[],
  asKnownOn: AsKnownOn,
): Promise<readonly ReviewOutside[]> {
  const decided =
    asKnownOn === null
      ? sql`d.superseded_at is null`
      : sql`d.decided_at < ${endOfDay(asKnownOn)}
          and (d.superseded_at is null or d.superseded_at >= ${endOfDay(asKnownOn)})`
  const { rows } = await sql<ReviewOutside>`
    select o.id, p.id as person_id, o.title, o.provider, o.code, o.completed_on, o.hours::float8 as hours, o.topics, o.mastery,
      o.is_human_trafficking, o.is_same_curriculum, o.recorded_at, r.name as recorded_by_name, o.file is not null as has_file,
      d.is_accepted, coalesce(d.is_certificate_verified, false) as is_certificate_verified, coalesce(d.reason, '') as decision_reason
    from outside_trainings o ${joinPerson('o.person_id')}
    join people r on r.id = o.recorded_by
    left join lateral (
      select bool_or(d.is_accepted) as is_accepted, bool_or(d.is_certificate_verified) as is_certificate_verified,
        string_agg(nullif(d.reason, ''), '; ') as reason
      from training_decisions d where d.outside_training_id = o.id and ${decided}
    ) d on true
    where o.person_id = ${accountsOf(personIds)} and ${isKnown('o', asKnownOn)}
    order by o.completed_on desc, o.recorded_at desc`.execute(db)
  return rows
}

/** A current or superseded row of a person's record in a program, for late entries and corrections. */
export type RecordedRow = Readonly<{
  person_id: string
  kind: 'work' | 'contact' | 'leave' | 'training'
  /** A role title or a training's title. */
  what: string
  from_on: Day
  to_on: Day | null
  recorded_at: string
  recorded_by: string | null
  reason: string
  superseded_at: string | null
  superseded_by: string | null
  superseded_reason: string
}>

/** Every row ever recorded about some people's work in a program and their outside training. One statement. */
export async function listRecordedRows(
  db: Kysely<DB>,
  programId: string,
  personIds: readonly string[],
): Promise<readonly RecordedRow[]> {
  const ids = [...personIds]
  const { rows } = await sql<RecordedRow>`
    with work as (select a.* from assignments a where a.program_id = ${programId} and a.person_id = any(${ids}::uuid[])),
    whose as (select distinct assignment_id, person_id from work)
    select r.person_id, r.kind, r.what, r.from_on, r.to_on, r.reason, r.superseded_reason,
      to_json(r.recorded_at) #>> '{}' as recorded_at, to_json(r.superseded_at) #>> '{}' as superseded_at,
      writer.name as recorded_by, remover.name as superseded_by
    from (
      select w.person_id, 'work' as kind, w.role_title as what, w.hired_on as from_on, w.separated_on as to_on, w.recorded_at,
        w.recorded_by, w.reason, w.superseded_at, w.superseded_by, w.superseded_reason from work w
      union all
      select o.person_id, 'contact', '', s.from_on, s.to_on, s.recorded_at, s.recorded_by, s.reason, s.superseded_at,
        s.superseded_by, s.superseded_reason from whose o join contact_periods s using (assignment_id)
      union all
      select o.person_id, 'leave', '', s.from_on, s.to_on, s.recorded_at, s.recorded_by, s.reason, s.superseded_at,
        s.superseded_by, s.superseded_reason from whose o join leave_periods s using (assignment_id)
      union all
      select p.id, 'training', t.title, t.completed_on, null, t.recorded_at, t.recorded_by, '', t.superseded_at,
        t.superseded_by, t.reason from outside_trainings t ${joinPerson('t.person_id')} where t.person_id = ${accountsOf(ids)}
    ) r
    left join people writer on writer.id = r.recorded_by
    left join people remover on remover.id = r.superseded_by
    order by r.person_id, r.recorded_at, r.kind`.execute(db)
  return rows
}
