import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import type { Role, Viewer } from '#server/people/roles.ts'
import { type Account, findAccountOf, listAccounts } from './accounts.queries.ts'

export type Work = Readonly<{
  assignment_id: string
  program_id: string
  program: string
  hired_on: Day
  separated_on: Day | null
}>

/** What an account holds: what a merge previews. */
export type Holdings = Readonly<{
  completions: number
  certificates: readonly string[]
  outside: number
  under_way: number
  work: readonly Work[]
  roles: readonly Readonly<{ role: Role; where: string | null }>[]
  employee_ids: readonly string[]
  has_single_sign_on: boolean
  notices: number
  notes: number
}>

export async function findHoldings(db: Kysely<DB>, personId: string): Promise<Holdings> {
  const theirs = accountsOf([personId])
  const { rows } = await sql<Holdings>`
    select
      (select count(*)::int from completions c where c.person_id = ${theirs}
        and not exists (select from completion_voids v where v.completion_id = c.id)) as completions,
      array(select c.number from certificates c where c.person_id = ${theirs} order by c.issued_at) as certificates,
      (select count(*)::int from outside_trainings o where o.person_id = ${theirs} and o.superseded_at is null) as outside,
      (select count(*)::int from enrollments e where e.person_id = ${theirs} and e.ended_at is null) as under_way,
      coalesce((select json_agg(json_build_object('assignment_id', a.assignment_id, 'program_id', a.program_id,
          'program', ${programName('a.program_id')}, 'hired_on', a.hired_on, 'separated_on', a.separated_on) order by a.hired_on)
        from assignments a where a.person_id = ${personId} and a.superseded_at is null), '[]') as work,
      coalesce((select json_agg(json_build_object('role', r.role, 'where',
          coalesce(${programName('r.program_id')}, (select h.name from license_holders h where h.id = r.holder_id))) order by r.role)
        from roles r where r.person_id = ${personId} and r.ended_at is null), '[]') as roles,
      array(select g.code || '-' || e.employee_id from employee_ids e join programs g on g.id = e.program_id
        where e.person_id = ${theirs} order by g.code) as employee_ids,
      exists (select from sign_in_subjects s where s.person_id = ${theirs}) as has_single_sign_on,
      (select count(*)::int from notices n where n.person_id = ${personId}) as notices,
      (select count(*)::int from lesson_notes n where n.person_id = ${personId}) as notes`.execute(db)
  return rows[0]!
}

const programName = (column: string) => sql`(
  select coalesce(d.name, h.name) from programs g join license_holders h on h.id = g.holder_id
  left join lateral (select d.name from program_details d where d.program_id = g.id and d.superseded_at is null
    order by d.from_on desc limit 1) d on true
  where g.id = ${sql.ref(column)})`

/** Accounts that could be the same person's: by name, email or employee ID, as far as the viewer may change them. */
export async function listMergeable(
  db: Kysely<DB>,
  viewer: Viewer,
  account: Account,
  search: string,
  today: Day,
): Promise<readonly Account[]> {
  const found: Account[] = []
  for (const one of await listAccounts(db, search)) {
    if (one.id === account.id || one.merged_into) continue
    if ((await findAccountOf(db, viewer, one.id, today))?.canChange) found.push(one)
  }
  return found
}

export type Merge = Readonly<{
  id: string
  kept_id: string
  kept: string
  merged_id: string
  merged: string
  merged_email: string | null
  reason: string
  asked_by: string
  confirmed_by: string
  merged_at: Date
}>

/** The merges of an account that are in effect: what it holds, and what it was merged into. */
export async function listMerges(db: Kysely<DB>, personId: string): Promise<readonly Merge[]> {
  const { rows } = await sql<Merge>`
    select m.id, m.kept_id, k.name as kept, m.merged_id, g.name as merged, g.email as merged_email, m.reason,
      a.name as asked_by, c.name as confirmed_by, m.merged_at
    from account_merges m join people k on k.id = m.kept_id join people g on g.id = m.merged_id
    join people a on a.id = m.asked_by join people c on c.id = m.confirmed_by
    where m.superseded_at is null and ${personId} in (m.kept_id, m.merged_id) order by m.merged_at desc`.execute(
    db,
  )
  return rows
}

/** A merge in effect, locked until the transaction ends. */
export const lockMerge = (trx: Transaction<DB>, id: string) =>
  trx
    .selectFrom('account_merges')
    .select(['id', 'kept_id', 'merged_id', 'merged_at', 'moved'])
    .where('id', '=', id)
    .where('superseded_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()

/** A merge with one of these accounts that waits for a second person. */
export async function findOpenMergeRequest(db: Kysely<DB>, ...ids: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select from second_person_requests q where q.kind = 'account-merge' and q.outcome is null
      and (q.person_id::text = any(${[...ids]}::text[]) or q.facts ->> 'merged_id' = any(${[...ids]}::text[])) limit 1`.execute(
    db,
  )
  return rows.length > 0
}
