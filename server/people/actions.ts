import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { type AccountMail, resetLink } from './account-emails.ts'
import type { TellOwner } from './account-news.ts'
import { newToken, tokenHash } from './links.ts'
import { hashPassword, passwordProblem } from './passwords.ts'
import { findAccountByEmail, findInvitation, listKnownWords, lockPeople } from './queries.ts'
import type { TellOfRole } from './role-news.ts'
import type { Grant } from './roles.ts'

type LinkPurpose = 'invite' | 'reset'

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

/** A link that is the only one of its person: earlier ones end. The person's row is locked by the caller. */
export async function replaceLink(
  trx: Transaction<DB>,
  personId: string,
  purpose: LinkPurpose,
  createdBy: string | null,
): Promise<string> {
  await trx
    .updateTable('invitations')
    .set({ used_at: sql`now()` })
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .execute()
  return createLink(trx, personId, purpose, createdBy)
}

/** Makes (or finds) a person, grants system administration, and returns the token of a link to set a password. */
export async function inviteAdministrator(
  db: Database,
  person: Readonly<{ email: string; name: string }>,
  tellOfRole: TellOfRole,
  now: Date,
): Promise<string> {
  const id = await writeEvidence(db, async (trx) => {
    const known = await findAccountByEmail(trx, person.email)
    const { id } =
      known ?? (await trx.insertInto('people').values(person).returning('id').executeTakeFirstOrThrow())
    const granted = await trx
      .insertInto('roles')
      .values({ person_id: id, role: 'system_admin' })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (granted) {
      trx.record({
        kind: 'role-granted',
        actor_id: null,
        subject: `person:${id}`,
        facts: { role: 'system_admin', granted_at_the_command_line: true },
        at: now,
      })
      const given = { id: granted.id, person_id: id, program_id: null, holder_id: null } as const
      const by = { id: null, name: 'Someone who runs the server' }
      await tellOfRole(trx, { ...given, role: 'system_admin', change: 'granted', by }, now)
    }
    // Who runs the server is trusted with it, and the ledger shows it.
    if (known)
      trx.record({
        kind: 'link-made',
        actor_id: null,
        subject: `person:${id}`,
        facts: { made_at_the_command_line: true },
        at: now,
      })
    return id
  })
  return createLink(db, id, 'invite', null)
}

const linksAnHour = 3

/** Of these people, the ones for whom three links were made in the last hour, by anyone: they are mailed no more. */
export async function listMailedOften(
  db: Kysely<DB>,
  personIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('invitations')
    .select('person_id')
    .where('person_id', 'in', [...personIds])
    .where('created_at', '>', sql<Date>`now() - interval '1 hour'`)
    .groupBy('person_id')
    .having((eb) => eb.fn.countAll(), '>=', linksAnHour)
    .execute()
  return new Set(rows.map(({ person_id }) => person_id))
}

/** What someone who forgot their password typed, and a key by which the job that runs twice writes one email. */
type ResetRequest = Readonly<{ email: string; key: string }>

/**
 * Writes the email with a link for someone who forgot their password: at most three an hour for an account, and only the
 * last link works. Nothing where there is no account to send one to.
 */
export function mailResetLink(
  db: Database,
  { email, key }: ResetRequest,
  { mail, baseUrl }: Readonly<{ mail: NonNullable<AccountMail>; baseUrl: string }>,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    const account = await findAccountByEmail(trx, email)
    if (!account?.email || account.disabled_at) return
    await lockPeople(trx, [account.id])
    const cause = `reset ${key}`
    const isWritten = await trx
      .selectFrom('direct_emails')
      .select('id')
      .where('cause', '=', cause)
      .executeTakeFirst()
    if (isWritten || (await listMailedOften(trx, [account.id])).has(account.id)) return
    const token = await replaceLink(trx, account.id, 'reset', null)
    await mail(trx, { ...resetLink(account.email, `${baseUrl}/link/${token}`), personId: account.id, cause })
  })
}

type SetPasswordResult = { kind: 'set' } | { kind: 'link-ended' } | { kind: 'problem'; message: string }

/** Uses up a link: of many tries with one link, one wins. All earlier sessions, links and devices of the person end. */
export async function setPassword(
  db: Database,
  token: string,
  password: string,
  { words, tell, now }: Readonly<{ words: readonly string[]; tell: TellOwner; now: Date }>,
): Promise<SetPasswordResult> {
  const invitation = await findInvitation(db, tokenHash(token))
  if (!invitation) return { kind: 'link-ended' }
  const problem = await passwordProblem(password, [
    ...words,
    ...(await listKnownWords(db, invitation.person_id)),
  ])
  if (problem) return { kind: 'problem', message: problem }
  const password_hash = await hashPassword(password)
  return writeEvidence(db, async (trx): Promise<SetPasswordResult> => {
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
    await trx
      .updateTable('paper_codes')
      .set({ ended_at: now, how_ended: 'replaced' })
      .where('person_id', '=', invitation.person_id)
      .where('ended_at', 'is', null)
      .execute()
    trx.record({
      kind: 'account-changed',
      actor_id: invitation.person_id,
      subject: `person:${invitation.person_id}`,
      facts: { change: 'password-set', purpose: invitation.purpose },
      at: now,
    })
    // At the first password there is no one yet who could miss it.
    if (invitation.has_password)
      await tell(trx, invitation.person_id, { what: 'password-set', by: null, key: invitation.id })
    return { kind: 'set' }
  })
}

export type Look = Readonly<{ personId: string; lookedBy: string; what: string }>

/** Someone opened a page about a person, who can read it: once a day, however often they come back. */
export async function noteLook(db: Database, { personId, lookedBy, what }: Look, now: Date): Promise<void> {
  await db
    .insertInto('record_looks')
    .values({ person_id: personId, looked_by: lookedBy, what, looked_on: dayOf(now), looked_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The day on which someone last did something in these roles. */
export async function noteRoleUse(db: Database, grants: readonly Grant[], on: Day): Promise<void> {
  await db
    .insertInto('role_uses')
    .values(grants.map(({ id }) => ({ role_id: id, last_used_on: on })))
    .onConflict((conflict) => conflict.column('role_id').doUpdateSet({ last_used_on: on }))
    .execute()
}
