import { type Kysely, sql, type Transaction } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { Role } from './roles.ts'

export const findAccountByEmail = (db: Kysely<DB>, email: string) =>
  db
    .selectFrom('people')
    .select(['id', 'name', 'email', 'password_hash', 'disabled_at'])
    .where('email', '=', email.trim().toLowerCase())
    .executeTakeFirst()

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
    .select(['invitations.id', 'invitations.purpose', 'invitations.person_id', 'people.name', 'people.email'])
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst()

/** How often one of these subjects has missed in the last hour, the worst of them, and when last. */
export async function findMisses(db: Kysely<DB>, subjects: readonly string[]) {
  const rows = await db
    .selectFrom('failed_sign_ins')
    .select((eb) => ['subject', eb.fn.countAll<number>().as('failures'), eb.fn.max('at').as('last_at')])
    .where('subject', 'in', [...subjects])
    .where('at', '>', sql<Date>`now() - interval '1 hour'`)
    .groupBy('subject')
    .execute()
  return rows
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
