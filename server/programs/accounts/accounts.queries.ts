import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Day } from '#server/lib/days.ts'
import { accountsOf } from '#server/people/accounts-of.queries.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { listOutOfReach } from '#server/programs/roster/employment/assignments.queries.ts'

export type Account = Readonly<{
  id: string
  name: string
  pronunciation: string
  email: string | null
  disabled_at: Date | null
  closed_at: Date | null
  /** The account of the same person that it was merged into. */
  merged_into: string | null
  has_password: boolean
  /** They have a password, a passkey or single sign-on: no one else may see a link that opens it. */
  has_way_in: boolean
  is_confidential: boolean
}>

export type AccountInReach = Readonly<{ account: Account; canChange: boolean; isOwn: boolean }>

/**
 * An account that the viewer looks after: any, for a system administrator; for a program administrator, one that works
 * or acts in their programs, or did before and has no other place. They change it only where it neither works nor acts
 * anywhere else. No one changes their own here.
 */
export async function findAccountOf(
  db: Kysely<DB>,
  viewer: Viewer,
  personId: string,
  today: Day,
): Promise<AccountInReach | null> {
  const isSystem = hasRole(viewer, 'system_admin')
  const programs = [...viewer.administered_program_ids]
  const { rows } = await sql<Account>`
    ${accountsFrom(sql`people`)} where p.id = ${personId} and (${isSystem}
      or exists (select from assignments a where a.person_id = p.id and a.program_id = any(${programs}::uuid[]))
      or exists (select from roles r where r.person_id = p.id and r.program_id = any(${programs}::uuid[])))`.execute(
    db,
  )
  const account = rows[0]
  if (!account) return null
  const isOwn = account.id === viewer.id
  const canChange =
    !isOwn &&
    !account.merged_into &&
    (isSystem || !(await listOutOfReach(db, viewer, [account.id])).has(account.id))
  const isTheirs = isSystem || canChange || isOwn || (await isHere(db, programs, personId, today))
  return isTheirs ? { account, canChange, isOwn } : null
}

/** Works or acts in one of these programs today, or will. */
async function isHere(db: Kysely<DB>, programs: readonly string[], personId: string, today: Day) {
  const { rows } = await sql`
    select from assignments a where a.person_id = ${personId} and a.superseded_at is null
      and a.program_id = any(${programs}::uuid[]) and coalesce(a.separated_on >= ${today}, true)
    union all
    select from roles r join programs g on g.id = r.program_id or g.holder_id = r.holder_id
    where r.person_id = ${personId} and r.ended_at is null and g.id = any(${programs}::uuid[]) limit 1`.execute(
    db,
  )
  return rows.length > 0
}

/** Accounts by name or email, for a system administrator. */
export async function listAccounts(db: Kysely<DB>, search: string): Promise<readonly Account[]> {
  const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  // Three letters are found by their index, all before any is put in order. One or two are in so many names that the
  // first 50 are soonest found in the order of names.
  const found = search.length < 3 ? sql`` : sql`materialized`
  const { rows } = await sql<Account>`
    with found as ${found} (select p.* from people p where p.name ilike ${like} or p.email ilike ${like})
    ${accountsFrom(sql`found`)} order by lower(p.name), p.id limit 50`.execute(db)
  return rows
}

/**
 * What was changed about an account, by whom and why, the latest first. Program administrators see of its roles only
 * those in their programs.
 */
export async function listAccountHistory(db: Kysely<DB>, viewer: Viewer, personId: string) {
  const { rows } = await sql<{ at: Date; who: string | null; kind: string; facts: Record<string, unknown> }>`
    select l.at, p.name as who, l.kind, l.facts::jsonb as facts
    from ledger_entries l left join people p on p.id = l.actor_id
    where l.subject = any(array(select 'person:' || m.id from people m where m.id = ${accountsOf([personId])}))
      and (l.kind = 'account-changed'
        or (l.kind in ('accounts-merged', 'accounts-separated') and l.subject = ${`person:${personId}`}) or (l.kind in ('role-granted', 'role-ended') and (${hasRole(viewer, 'system_admin')}
        or l.facts::jsonb ->> 'program_id' = any(${[...viewer.administered_program_ids]}::text[]))))
    order by l.turn desc limit 100`.execute(db)
  return rows
}

const accountsFrom = (people: RawBuilder<unknown>) => sql`
    select p.id, p.name, p.pronunciation, coalesce(p.email, p.asked_email) as email, p.disabled_at, p.closed_at, p.merged_into, p.password_hash is not null as has_password,
      p.password_hash is not null or exists (select from passkeys k where k.person_id = p.id)
        or exists (select from sign_in_subjects s where s.person_id = p.id) as has_way_in,
      p.is_confidential
    from ${people} p`
