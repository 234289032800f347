import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { TwoPeopleProblem } from './two-people.ts'

/** When the first of the two acted, and the time of the second's decision. */
export type Between = Readonly<{ askedAt: Date; now: Date }>

/**
 * THE RULE for acts that need two people: of these accounts, the ones that can't be the second person, and why. All
 * such acts ask here: grants, backdated hires, outside training, certificates, and changes to oneself.
 */
export async function listTwoPeopleProblems(
  db: Kysely<DB>,
  firstId: string,
  secondIds: readonly string[],
  { askedAt, now }: Between,
): Promise<ReadonlyMap<string, TwoPeopleProblem>> {
  const { rows } = await sql<{ id: string; problem: TwoPeopleProblem | null }>`
    select s.id, case ${sameHands}
      when (s.created_by = f.id and s.created_at > ${monthBefore(now)})
        or (f.created_by = s.id and f.created_at > ${monthBefore(now)})
        or exists (
          select from invitations i
          where i.created_at > ${monthBefore(now)} and ${isBetween('i.created_by', 'i.person_id')})
        or exists (
          select from email_changes e
          where e.requested_at > ${monthBefore(now)} and ${isBetween('e.requested_by', 'e.person_id')})
        or exists (
          select from roles r
          where r.granted_at > ${monthBefore(now)} and ${isBetween('r.granted_by', 'r.person_id')})
        or exists (
          select from paper_codes c
          where c.made_at > ${monthBefore(now)} and ${isBetween('c.made_by', 'c.person_id')})
        then 'account-made'
      when s.created_at >= ${askedAt} then 'account-too-new'
      end as problem
    from people s, people f
    where f.id = ${firstId} and s.id = any(${[...secondIds]}::uuid[])`.execute(db)
  return new Map(rows.flatMap(({ id, problem }) => (problem ? [[id, problem] as const] : [])))
}

/** What says that the accounts f and s are in the same hands, whenever it was. */
export const sameHands = sql`
      when coalesce(s.merged_into, s.id) = coalesce(f.merged_into, f.id) then 'same-account'
      when exists (
        select from employee_ids a join programs ap on ap.id = a.program_id
        join employee_ids b on b.employee_id = a.employee_id join programs bp on bp.id = b.program_id
        where a.person_id = f.id and b.person_id = s.id and ap.holder_id = bp.holder_id) then 'same-employee-id'
      when exists (
        select from sign_in_subjects a join sign_in_subjects b on b.subject = a.subject
        where a.person_id = f.id and b.person_id = s.id) then 'same-sign-on'
      when exists (
        select from known_devices a join known_devices b on b.token_hash = a.token_hash
        where a.person_id = f.id and b.person_id = s.id
          and abs(extract(epoch from a.last_used_at - b.last_used_at)) <= 86400) then 'same-device'`

const monthBefore = (now: Date) => sql`${now}::timestamptz - interval '30 days'`

const isBetween = (by: string, of: string) => sql`(
  (${sql.ref(by)} = f.id and ${sql.ref(of)} = s.id) or (${sql.ref(by)} = s.id and ${sql.ref(of)} = f.id))`

/** Why these two accounts can't act as two people; null where they can. */
export const whyNotTwoPeople = async (
  db: Kysely<DB>,
  firstId: string,
  secondId: string,
  between: Between,
): Promise<TwoPeopleProblem | null> =>
  (await listTwoPeopleProblems(db, firstId, [secondId], between)).get(secondId) ?? null
