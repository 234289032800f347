import { type Kysely, sql } from 'kysely'
import { wasApproved } from '#server/courses/catalogue/approvals.queries.ts'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsIn } from '#server/people/accounts-of.queries.ts'
import { type AsKnownOn, dayAt, endOfDay, isKnown } from '#server/programs/as-of.ts'

/** A person's completions here and outside trainings, in the shape that the rules read. */
export type PersonTrainings = Readonly<{
  person_id: string
  completions: readonly CompletionFact[]
  outside: readonly OutsideFact[]
}>

type CompletionFact = Readonly<{
  id: string
  course: string
  version: string
  /** As printed on its certificate. Null if none could be issued. */
  title: string | null
  completed_at: string
  approved: boolean
  accepted: boolean | null
  hours: number
  voided_on: Day | null
  recorded_at: string
  verified: readonly { program: string; on: Day }[]
  fast: boolean | null
  confirmed: readonly { program: string; on: Day }[]
}>

type OutsideFact = Readonly<{
  id: string
  code: string | null
  title: string
  provider: string | null
  completed_on: Day
  hours: number | null
  accepted: boolean | null
  human_trafficking: boolean
  same_curriculum: boolean
  certificate_verified: boolean
  recorded_at: string
  verified: readonly { program: string; on: Day }[]
}>

/** Some people's trainings, in one statement. "Approved" means approved on the day of completion. */
export async function listTrainings(
  db: Kysely<DB>,
  personIds: readonly string[],
  asKnownOn: AsKnownOn = null,
): Promise<readonly PersonTrainings[]> {
  const known = knownBy(asKnownOn)
  const theirs = accountsKnown(asKnownOn)
  const { rows } = await sql<PersonTrainings>`
    select p.id as person_id,
      coalesce((select json_agg(json_build_object(
          'id', c.id, 'course', c.course, 'version', c.version, 'completed_at', c.completed_at,
          'title', (select k.facts ->> 'course_title' from certificates k
                    where k.completion_id = c.id and k.corrects_id is null),
          'approved', ${wasApproved(known)},
          'accepted', d.is_accepted, 'hours', round(c.minutes / 60.0, 1), 'recorded_at', c.completed_at,
          'voided_on', (select ${dayAt(sql`v.voided_at`)} from completion_voids v
                        where v.completion_id = c.id and ${known(sql`v.voided_at`)}),
          'verified', coalesce(d.verified, '[]'),
          'fast', (select e.is_fast from completion_evidence e where e.completion_id = c.id),
          'confirmed', coalesce((select json_agg(json_build_object('program', f.program_id, 'on', ${dayAt(sql`f.confirmed_at`)}))
                        from completion_confirmations f where f.completion_id = c.id and ${known(sql`f.confirmed_at`)}), '[]')
          ) order by c.completed_at)
        from completions c
        left join lateral (${decisionsOf(sql`d.completion_id = c.id`, asKnownOn)}) d on true
        where c.person_id = ${theirs} and ${known(sql`c.completed_at`)}), '[]') as completions,
      coalesce((select json_agg(json_build_object(
          'id', o.id, 'code', o.code, 'title', o.title, 'provider', nullif(o.provider, ''), 'completed_on', o.completed_on,
          'hours', o.hours, 'accepted', d.is_accepted, 'human_trafficking', o.is_human_trafficking,
          'same_curriculum', o.is_same_curriculum, 'certificate_verified', coalesce(d.is_verified, false),
          'recorded_at', o.recorded_at, 'verified', coalesce(d.verified, '[]')) order by o.completed_on)
        from outside_trainings o
        left join lateral (${decisionsOf(sql`d.outside_training_id = o.id`, asKnownOn)}) d on true
        where o.person_id = ${theirs} and ${isKnown('o', asKnownOn)}), '[]') as outside
    from people p where p.id = any(${[...personIds]}::uuid[])`.execute(db)
  return rows
}

/** A person's accounts as known then: one merged later still seemed to be someone else's. */
const accountsKnown = (asKnownOn: AsKnownOn) =>
  asKnownOn === null
    ? accountsIn('p')
    : sql`any(p.id || array(select m.id from people m where m.merged_into = p.id and m.merged_at < ${endOfDay(asKnownOn)}))`

const knownBy = (asKnownOn: AsKnownOn) => (at: ReturnType<typeof sql>) =>
  asKnownOn === null ? sql`true` : sql`${at} < ${endOfDay(asKnownOn)}`

/** The decisions on one training. If any license holder or agency accepted it, it is accepted. */
const decisionsOf = (which: ReturnType<typeof sql>, asKnownOn: AsKnownOn) => sql`
  select bool_or(d.is_accepted) as is_accepted, bool_or(d.is_certificate_verified) as is_verified,
    json_agg(json_build_object('program', d.program_id, 'on', ${dayAt(sql`d.decided_at`)}))
      filter (where d.is_certificate_verified) as verified
  from training_decisions d
  where ${which} and ${
    asKnownOn === null
      ? sql`d.superseded_at is null`
      : sql`d.decided_at < ${endOfDay(asKnownOn)}
            and (d.superseded_at is null or d.superseded_at >= ${endOfDay(asKnownOn)})`
  }`

/** The recorded interpretations of each program. */
export async function listInterpretations(
  db: Kysely<DB>,
  programIds: readonly string[],
  asKnownOn: AsKnownOn = null,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  if (programIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('program_interpretations')
    .select(['program_id', 'interpretations'])
    .where('program_id', 'in', [...programIds])
    .where(isKnown('program_interpretations', asKnownOn))
    .execute()
  return new Map(
    rows.map(({ program_id, interpretations }) => [program_id, interpretations as Record<string, unknown>]),
  )
}
