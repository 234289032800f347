import { type Kysely, sql } from 'kysely'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { type AsKnownOn, isKnown } from '#server/programs/as-of.ts'

export type ReviewCertificate = Readonly<{
  id: string
  person_id: string
  number: string
  token: string
  facts: CertificateFacts
  issued_at: Date
  status: 'valid' | 'revoked' | 'superseded'
  status_at: Date | null
  replaced_by: string | null
}>

/** The certificates of some people with what became of each, the latest first: one statement. */
export async function listCertificatesOfPeople(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<readonly ReviewCertificate[]> {
  const { rows } = await sql<ReviewCertificate>`
    select c.id, c.person_id, c.number, c.token, c.facts, c.issued_at, coalesce(a.act, 'valid') as status,
      a.acted_at as status_at, (select n.number from certificates n where n.corrects_id = c.id) as replaced_by
    from certificates c
    left join lateral (
      select a.act, a.acted_at from certificate_acts a where a.certificate_id = c.id
      order by (a.act = 'revoked') desc limit 1
    ) a on true
    where c.person_id = any(${[...personIds]}::uuid[])
    order by c.issued_at desc`.execute(db)
  return rows
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
  /** By whichever license holder or agency decided; null where nobody has. */
  is_accepted: boolean | null
  is_certificate_verified: boolean
  decision_reason: string
}>

/** What some people were trained in elsewhere, as recorded: one statement. */
export async function listOutsideOfPeople(
  db: Kysely<DB>,
  personIds: readonly string[],
  asKnownOn: AsKnownOn,
): Promise<readonly ReviewOutside[]> {
  const decided =
    asKnownOn === null
      ? sql`d.superseded_at is null`
      : sql`d.decided_at < ((${asKnownOn}::date + 1)::timestamp at time zone 'America/Chicago')
          and (d.superseded_at is null or d.superseded_at >= ((${asKnownOn}::date + 1)::timestamp at time zone 'America/Chicago'))`
  const { rows } = await sql<ReviewOutside>`
    select o.id, o.person_id, o.title, o.provider, o.code, o.completed_on, o.hours::float8 as hours, o.topics, o.mastery,
      o.is_human_trafficking, o.is_same_curriculum, o.recorded_at, r.name as recorded_by_name, o.file is not null as has_file,
      d.is_accepted, coalesce(d.is_certificate_verified, false) as is_certificate_verified, coalesce(d.reason, '') as decision_reason
    from outside_trainings o
    join people r on r.id = o.recorded_by
    left join lateral (
      select bool_or(d.is_accepted) as is_accepted, bool_or(d.is_certificate_verified) as is_certificate_verified,
        string_agg(nullif(d.reason, ''), '; ') as reason
      from training_decisions d where d.outside_training_id = o.id and ${decided}
    ) d on true
    where o.person_id = any(${[...personIds]}::uuid[]) and ${isKnown('o', asKnownOn)}
    order by o.completed_on desc, o.recorded_at desc`.execute(db)
  return rows
}
