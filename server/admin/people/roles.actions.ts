import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Mail } from '#server/lib/mail.ts'
import { listMailedOften, replaceLink } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { otherName } from '#server/programs/form-problem.ts'
import { findPersonByEmployeeId } from '#server/programs/roster/assignments.queries.ts'
import { isSameName } from '#server/programs/typed-form.ts'
import type { Invitation } from './role-forms.ts'

type Acting = Readonly<{ viewer: Viewer; now: Date }>
type Person = Readonly<{ id: string; name: string; email: string | null }>

export type Invited = Readonly<{
  mailed: readonly Person[]
  /** Links to print or copy: each is shown once. */
  shown: readonly Readonly<{ person: Person; address: string }>[]
  /** People who have a password already: they sign in with it and find the new role. */
  known: readonly Person[]
}>

export type InviteAnswer =
  | { kind: 'invited'; invited: Invited }
  | { kind: 'refused'; problems: readonly string[] }

/** Gives each person their role, and an account where they have none; one problem, and nothing is done. */
export async function inviteToRoles(
  db: Database,
  { viewer, now }: Acting,
  { mail, baseUrl }: Readonly<{ mail: Mail; baseUrl: string }>,
  invitations: readonly Invitation[],
): Promise<InviteAnswer> {
  const made = await writeEvidence(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-roles'))`.execute(trx)
    const people = new Map<string, Person & { has_password: boolean }>()
    const granted: (Person & { invitation: Invitation })[] = []
    const problems: string[] = []
    for (const invitation of invitations) {
      const key = invitation.email ?? `${invitation.program_id} ${invitation.employee_id}`
      const person = people.get(key) ?? (await findOrAddPerson(trx, invitation, viewer.id, now))
      people.set(key, person)
      if (person.id === viewer.id)
        problems.push('You can’t give yourself a role. Another system administrator can.')
      else if (!isSameName(person.name, invitation.name))
        problems.push(`${invitation.email ?? invitation.employee_id}: ${otherName}`)
      else if (await grant(trx, person.id, invitation, viewer.id, now))
        granted.push({ ...person, invitation })
    }
    if (problems.length > 0) throw new Refused(problems)
    const links = []
    for (const person of people.values())
      if (!person.has_password)
        links.push({ person, address: await newLink(trx, person.id, viewer.id, baseUrl) })
    for (const { id, invitation } of granted)
      trx.record({
        kind: 'role-granted',
        actor_id: viewer.id,
        subject: `person:${id}`,
        facts: {
          role: invitation.role,
          program_id: invitation.program_id,
          holder_id: invitation.holder_id,
        },
        at: now,
      })
    for (const { person } of links)
      trx.record({
        kind: 'link-made',
        actor_id: viewer.id,
        subject: `person:${person.id}`,
        facts: { is_mailed: Boolean(mail) },
        at: now,
      })
    return { links, known: [...people.values()].filter(({ has_password }) => has_password) }
  }).catch((error) => {
    if (error instanceof Refused) return error
    throw error
  })
  if (made instanceof Refused) return { kind: 'refused', problems: made.problems }
  const { mailed, shown } = await handOver(mail, made.links)
  return { kind: 'invited', invited: { mailed, shown, known: made.known } }
}

class Refused extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join(' '))
    this.problems = problems
  }
}

/** Someone is found by their employee ID in the program, then by their email. */
async function findOrAddPerson(
  trx: Transaction<DB>,
  { name, email, employee_id, program_id }: Invitation,
  by: string,
  now: Date,
) {
  const byId = employee_id && program_id ? await findPersonByEmployeeId(trx, program_id, employee_id) : null
  const known = await trx
    .selectFrom('people')
    .select(['id', 'name', 'email', hasWayIn.as('has_password')])
    .$if(Boolean(byId), (query) => query.where('id', '=', byId!.id))
    .$if(!byId, (query) => query.where('email', '=', email))
    .executeTakeFirst()
  const person =
    known ??
    (await trx
      .insertInto('people')
      .values({ name, email })
      .returning(['id', 'name', 'email', sql<boolean>`false`.as('has_password')])
      .executeTakeFirstOrThrow())
  if (employee_id && program_id && !byId)
    await trx
      .insertInto('employee_ids')
      .values({ program_id, employee_id, person_id: person.id, recorded_at: now, recorded_by: by })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  return person
}

/** They can sign in already: no one else may see a link to their account. */
const hasWayIn = sql<boolean>`(people.password_hash is not null
  or exists (select from passkeys k where k.person_id = people.id)
  or exists (select from sign_in_subjects s where s.person_id = people.id))`

async function grant(
  trx: Transaction<DB>,
  person_id: string,
  { role, program_id, holder_id }: Invitation,
  granted_by: string,
  granted_at: Date,
): Promise<boolean> {
  const row = await trx
    .insertInto('roles')
    .values({ person_id, role, program_id, holder_id, granted_by, granted_at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export type EndAnswer = { kind: 'ended' } | { kind: 'not-found' } | { kind: 'refused'; message: string }

/** Ends a role anywhere in the installation; the last system administrator's and one's own stay. */
export function endAnyRole(db: Database, { viewer, now }: Acting, roleId: string): Promise<EndAnswer> {
  return writeEvidence(db, async (trx): Promise<EndAnswer> => {
    await sql`select pg_advisory_xact_lock(hashtext('safe-harbor-roles'))`.execute(trx)
    const role = await trx
      .selectFrom('roles')
      .select(['id', 'person_id', 'role', 'program_id', 'holder_id'])
      .where('id', '=', roleId)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    if (!role) return { kind: 'not-found' }
    // Since no one ends their own, the last system administrator keeps theirs.
    if (role.person_id === viewer.id)
      return {
        kind: 'refused',
        message: 'You can’t end your own role. Another system administrator can.',
      }
    await trx
      .updateTable('roles')
      .set({ ended_at: now, ended_by: viewer.id })
      .where('id', '=', role.id)
      .execute()
    trx.record({
      kind: 'role-ended',
      actor_id: viewer.id,
      subject: `person:${role.person_id}`,
      facts: { role: role.role, program_id: role.program_id, holder_id: role.holder_id },
      at: now,
    })
    return { kind: 'ended' }
  })
}

/** A new link for someone with a role who has no password yet; null for an account that has one. */
export async function giveFirstLink(
  db: Database,
  { viewer, now }: Acting,
  { mail, baseUrl }: Readonly<{ mail: Mail; baseUrl: string }>,
  personId: string,
): Promise<Invited | null> {
  const link = await writeEvidence(db, async (trx) => {
    const person = await trx
      .selectFrom('people')
      .select(['id', 'name', 'email'])
      .where('id', '=', personId)
      .where(sql<boolean>`not ${hasWayIn}`)
      .where('disabled_at', 'is', null)
      .where(sql<boolean>`exists (select from roles r where r.person_id = people.id and r.ended_at is null)`)
      .executeTakeFirst()
    if (!person) return null
    const isOften = mail ? (await listMailedOften(trx, [person.id])).has(person.id) : false
    const address = await newLink(trx, person.id, viewer.id, baseUrl)
    trx.record({
      kind: 'link-made',
      actor_id: viewer.id,
      subject: `person:${person.id}`,
      facts: { is_mailed: Boolean(mail) },
      at: now,
    })
    return { person, address, isOften }
  })
  // An account that no one has signed in to: a fourth mail within an hour is shown instead.
  return link && { ...(await handOver(link.isOften ? null : mail, [link])), known: [] }
}

/** Earlier links of the person end with a new one. */
async function newLink(trx: Transaction<DB>, personId: string, by: string, baseUrl: string) {
  return `${baseUrl}/link/${await replaceLink(trx, personId, 'invite', by)}`
}

type Link = Readonly<{ person: Person; address: string }>

/** Each link goes out by email; what the mail server doesn't take, and everything where there is none, is shown. */
async function handOver(mail: Mail, links: readonly Link[]): Promise<Pick<Invited, 'mailed' | 'shown'>> {
  if (!mail) return { mailed: [], shown: links }
  const sent = await Promise.all(links.map(async (link) => ({ ...link, isSent: await send(mail, link) })))
  return {
    mailed: sent.filter(({ isSent }) => isSent).map(({ person }) => person),
    shown: sent.filter(({ isSent }) => !isSent),
  }
}

async function send(mail: NonNullable<Mail>, { person: { email }, address }: Link): Promise<boolean> {
  if (!email) return false
  try {
    await mail({
      to: email,
      // Neutral, because others may see a message.
      subject: 'Set your password',
      text: `You have an account for your work.\n\nOpen this address within 7 days and choose a password:\n${address}\n\nThe link works once. If you did not expect this message, you can leave it alone.\n`,
    })
    return true
  } catch {
    return false
  }
}
