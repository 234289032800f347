import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import { isPersonNamed } from './accounts-of.queries.ts'
import type { Role, Viewer } from './roles.ts'

/** An account by its email. The email of one that was merged leads to the account that was kept. */
export const findAccountByEmail = (db: Kysely<DB>, email: string) =>
  db
    .selectFrom('people as named')
    .innerJoin('people as p', (join) => join.on(isPersonNamed))
    .select(['p.id', 'p.name', 'p.email', 'p.password_hash', 'p.disabled_at'])
    .where('named.email', '=', email.trim().toLowerCase())
    .executeTakeFirst()

/** The account behind what someone types to sign in: an email, or a program's code and an employee id as in 101-4482. */
export function findAccountBySignInName(db: Kysely<DB>, name: string) {
  const [, code, employeeId] = /^\s*(\d{1,9})\s*-\s*([^\s@]{1,40})\s*$/.exec(name) ?? []
  if (!code || !employeeId) return findAccountByEmail(db, name)
  return db
    .selectFrom('employee_ids')
    .innerJoin('programs', 'programs.id', 'employee_ids.program_id')
    .innerJoin('people as named', 'named.id', 'employee_ids.person_id')
    .innerJoin('people as p', (join) => join.on(isPersonNamed))
    .select(['p.id', 'p.name', 'p.email', 'p.password_hash', 'p.disabled_at'])
    .where('programs.code', '=', Number(code))
    .where('employee_id', '=', employeeId.toUpperCase())
    .executeTakeFirst()
}

export const findPerson = (db: Kysely<DB>, id: string) =>
  db.selectFrom('people').select(['id', 'name', 'email']).where('id', '=', id).executeTakeFirst()

/** Locks these people's rows in one order, so that two transactions that change some of the same people take turns. */
export const lockPeople = (trx: Transaction<DB>, ids: readonly string[]) =>
  trx
    .selectFrom('people')
    .select('id')
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()

/** The person behind a link that is neither used nor past its day. */
export const findInvitation = (db: Kysely<DB>, tokenHash: string) =>
  db
    .selectFrom('invitations')
    .innerJoin('people', 'people.id', 'invitations.person_id')
    .select(['invitations.id', 'invitations.purpose', 'invitations.person_id'])
    .select(['people.name', 'people.email', 'people.asked_email'])
    .select(sql<boolean>`people.password_hash is not null`.as('has_password'))
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst()

/** The ways, besides the password, in which a person can prove who they are. */
export async function findSecondFactors(
  db: Kysely<DB>,
  personId: string,
): Promise<Readonly<{ passkeys: number; has_authenticator: boolean }>> {
  const { rows } = await sql<{ passkeys: number; has_authenticator: boolean }>`
    select (select count(*) from passkeys k where k.person_id = ${personId})::int as passkeys,
      exists (select from authenticators a where a.person_id = ${personId} and a.confirmed_at is not null) as has_authenticator`.execute(
    db,
  )
  return rows[0] ?? { passkeys: 0, has_authenticator: false }
}

/** Words that others guess first in this person's password: their own names, their programs' and license holders'. */
export async function listKnownWords(db: Kysely<DB>, personId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ word: string }>`
    with places as (
      select program_id, null::uuid as holder_id from assignments where person_id = ${personId} and superseded_at is null
      union select program_id, holder_id from roles where person_id = ${personId} and ended_at is null
    ), theirs as (
      select p.id, p.holder_id from programs p
      where p.id in (select program_id from places) or p.holder_id in (select holder_id from places)
    )
    select name as word from people where id = ${personId}
    union select email from people where id = ${personId} and email is not null
    union select pronunciation from people where id = ${personId}
    union select name from program_details where superseded_at is null and program_id in (select id from theirs)
    union select name from license_holders where id in (select holder_id from theirs)`.execute(db)
  return rows.map(({ word }) => word)
}

/** Everyone who acts in a role somewhere, in one order. */
export async function listActive(db: Kysely<DB>, role: Role): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('roles')
    .innerJoin('people', 'people.id', 'roles.person_id')
    .select('people.id')
    .distinct()
    .where('role', '=', role)
    .where('ended_at', 'is', null)
    .where('disabled_at', 'is', null)
    .orderBy('people.id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Someone as the viewer they would be if they were signed in, to act for what they asked; null once they are suspended. */
export async function findAsViewer(db: Kysely<DB>, personId: string): Promise<Viewer | null> {
  const { rows } = await sql<Viewer>`
    select p.id, p.name, p.email, 0 as unread_notices, false as has_account_news, false as owes_data_notice, now() as confirmed_at, true as has_second_factor,
      coalesce(g.grants, '[]') as grants,
      coalesce(g.supervised, '{}') as supervised_program_ids,
      coalesce(g.administered, '{}') as administered_program_ids,
      coalesce(g.trained, '{}') as trained_program_ids
    from people p left join lateral (${grantsOf(sql`p.id`)}) g on true
    where p.id = ${personId} and p.disabled_at is null`.execute(db)
  return rows[0] ?? null
}

/** A person's open roles, and the programs that they reach. */
export const grantsOf = (personId: RawBuilder<unknown>) => sql`
      select json_agg(distinct jsonb_build_object('id', r.id, 'role', r.role, 'program_id', r.program_id,
          'holder_id', r.holder_id, 'last_used_on', u.last_used_on)) as grants,
        array_agg(distinct reach.id) filter (where r.role in ('supervisor', 'program_admin') and reach.id is not null) as supervised,
        array_agg(distinct reach.id) filter (where r.role = 'program_admin' and reach.id is not null) as administered,
        array_agg(distinct reach.id) filter (where r.role in ('trainer', 'program_admin') and reach.id is not null) as trained
      from roles r
      left join role_uses u on u.role_id = r.id
      left join programs reach on reach.id = r.program_id or reach.holder_id = r.holder_id
      where r.person_id = ${personId} and r.ended_at is null`
