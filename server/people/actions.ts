import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Day } from '#server/lib/days.ts'
import { newToken, tokenHash } from './links.ts'
import { hashPassword, passwordProblem } from './passwords.ts'
import { findAccountByEmail, findInvitation, listKnownWords, lockPeople } from './queries.ts'
import type { Grant } from './roles.ts'

export type LinkPurpose = 'invite' | 'reset'

/** Makes a one-time link to set a password, good for a week; the token is returned once and never stored. */
export async function createLink(
  db: Database,
  personId: string,
  purpose: LinkPurpose,
  createdBy: string | null,
): Promise<string> {
  const token = newToken()
  await db
    .insertInto('invitations')
    .values({
      token_hash: tokenHash(token),
      person_id: personId,
      purpose,
      created_by: createdBy,
      expires_at: sql`now() + make_interval(days => ${purpose === 'invite' ? 7 : 1})`,
    })
    .execute()
  return token
}

/** Makes (or finds) a person, grants system administration, and returns the token of a link to set a password. */
export async function inviteAdministrator(
  db: Database,
  person: Readonly<{ email: string; name: string }>,
  now: Date,
): Promise<string> {
  const id = await writeEvidence(db, async (trx) => {
    const known = await trx
      .selectFrom('people')
      .select('id')
      .where('email', '=', person.email)
      .executeTakeFirst()
    const { id } =
      known ?? (await trx.insertInto('people').values(person).returning('id').executeTakeFirstOrThrow())
    const granted = await trx
      .insertInto('roles')
      .values({ person_id: id, role: 'system_admin' })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (granted)
      trx.record({
        kind: 'role-granted',
        actor_id: null,
        subject: `person:${id}`,
        facts: { role: 'system_admin', granted_at_the_command_line: true },
        at: now,
      })
    return id
  })
  return createLink(db, id, 'invite', null)
}

const resetsAnHour = 3

/**
 * A link for someone who forgot their password: at most three an hour for an account, and only the last one works.
 * Null where there is no account to send one to.
 */
export function createResetLink(
  db: Database,
  email: string,
): Promise<Readonly<{ email: string; token: string }> | null> {
  return db.transaction().execute(async (trx) => {
    const account = await findAccountByEmail(trx, email)
    if (!account?.email || account.disabled_at) return null
    await lockPeople(trx, [account.id])
    const resets = trx
      .selectFrom('invitations')
      .where('person_id', '=', account.id)
      .where('purpose', '=', 'reset')
    const made = await resets
      .select('id')
      .where('created_by', 'is', null)
      .where('created_at', '>', sql<Date>`now() - interval '1 hour'`)
      .execute()
    if (made.length >= resetsAnHour) return null
    await trx
      .updateTable('invitations')
      .set({ used_at: sql`now()` })
      .where('person_id', '=', account.id)
      .where('purpose', '=', 'reset')
      .where('used_at', 'is', null)
      .execute()
    return { email: account.email, token: await createLink(trx, account.id, 'reset', null) }
  })
}

export type SetPasswordResult =
  | { kind: 'set' }
  | { kind: 'link-ended' }
  | { kind: 'problem'; message: string }

/** Uses up a link: of many tries with one link, one wins. All earlier sessions, links and devices of the person end. */
export async function setPassword(
  db: Database,
  token: string,
  password: string,
  installationName: string,
): Promise<SetPasswordResult> {
  const invitation = await findInvitation(db, tokenHash(token))
  if (!invitation) return { kind: 'link-ended' }
  const known = [installationName, ...(await listKnownWords(db, invitation.person_id))]
  const problem = passwordProblem(password, known)
  if (problem) return { kind: 'problem', message: problem }
  const password_hash = await hashPassword(password)
  return await db.transaction().execute(async (trx) => {
    await lockPeople(trx, [invitation.person_id])
    const used = await trx
      .updateTable('invitations')
      .set({ used_at: sql`now()` })
      .where('id', '=', invitation.id)
      .where('used_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!used) return { kind: 'link-ended' }
    await trx
      .updateTable('invitations')
      .set({ used_at: sql`now()` })
      .where('person_id', '=', invitation.person_id)
      .where('used_at', 'is', null)
      .execute()
    await trx.updateTable('people').set({ password_hash }).where('id', '=', invitation.person_id).execute()
    for (const table of ['sessions', 'known_devices'] as const)
      await trx.deleteFrom(table).where('person_id', '=', invitation.person_id).execute()
    return { kind: 'set' }
  })
}

/** The day on which someone last did something in these roles. */
export async function noteRoleUse(db: Database, grants: readonly Grant[], on: Day): Promise<void> {
  await db
    .updateTable('roles')
    .set({ last_used_on: on })
    .where(
      'id',
      'in',
      grants.map(({ id }) => id),
    )
    .execute()
}
