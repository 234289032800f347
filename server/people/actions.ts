import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { missSubject, newToken, tokenHash } from './links.ts'
import { checkPassword, hashPassword, passwordProblem } from './passwords.ts'
import { findAccountByEmail, findInvitation, findMisses, lockPeople } from './queries.ts'
import type { Sessions } from './sessions.ts'
import { secondsToWait } from './throttling.ts'

export type SignInResult =
  | { kind: 'signed-in'; token: string }
  | { kind: 'refused' }
  | { kind: 'slowed'; seconds: number }

/** An unknown email, a wrong password and a disabled account get the same answer in the same time. */
export async function signIn(
  db: Database,
  sessions: Sessions,
  form: { email: string; password: string },
  address: string,
  now: Date,
): Promise<SignInResult> {
  const email = form.email.trim().toLowerCase()
  const subjects = { account: missSubject('account', email), address: missSubject('address', address) }
  const failures = await findMisses(db, [subjects.account, subjects.address])
  const counted = failures.map(({ subject, ...rest }) => ({
    ...rest,
    kind: subject === subjects.account ? ('account' as const) : ('address' as const),
  }))
  const seconds = secondsToWait(counted, now)
  if (seconds > 0) return { kind: 'slowed', seconds }
  const account = await findAccountByEmail(db, email)
  const isRight = await checkPassword(account?.password_hash, form.password)
  if (!account || !isRight || account.disabled_at) {
    await db
      .insertInto('failed_sign_ins')
      .values([{ subject: subjects.account }, { subject: subjects.address }])
      .execute()
    return { kind: 'refused' }
  }
  await db.deleteFrom('failed_sign_ins').where('subject', '=', subjects.account).execute()
  return { kind: 'signed-in', token: await sessions.create(account.id) }
}

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

export type SetPasswordResult =
  | { kind: 'set' }
  | { kind: 'link-ended' }
  | { kind: 'problem'; field: 'password' | 'again'; message: string }

/** Uses up a link: of many tries with one link, one wins. All earlier sessions and links of the person end. */
export async function setPassword(
  db: Database,
  token: string,
  form: { password: string; again: string },
): Promise<SetPasswordResult> {
  const invitation = await findInvitation(db, tokenHash(token))
  if (!invitation) return { kind: 'link-ended' }
  const problem = passwordProblem(form.password, [invitation.name, invitation.email])
  if (problem) return { kind: 'problem', field: 'password', message: problem }
  if (form.password !== form.again)
    return {
      kind: 'problem',
      field: 'again',
      message: 'The two passwords differ. Type the same one in both.',
    }
  const password_hash = await hashPassword(form.password)
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
    await trx.deleteFrom('sessions').where('person_id', '=', invitation.person_id).execute()
    return { kind: 'set' }
  })
}

/** The password again, before an act that asks for it. */
export async function confirmPassword(
  db: Database,
  sessions: Sessions,
  viewer: { id: string; email: string },
  token: string,
  password: string,
): Promise<boolean> {
  const account = await findAccountByEmail(db, viewer.email)
  const isRight = await checkPassword(account?.password_hash, password)
  if (isRight) await sessions.confirm(token)
  return isRight
}

/** Forgets what no longer matters: ended sessions, yesterday's failures. */
export async function sweepPeople(db: Database, sessions: Sessions): Promise<void> {
  await sessions.sweep()
  await db.deleteFrom('failed_sign_ins').where('at', '<', sql<Date>`now() - interval '1 day'`).execute()
}
