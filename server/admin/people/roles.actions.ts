import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Mail } from '#server/lib/mail.ts'
import { listMailedOften, replaceLink } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { otherName } from '#server/programs/form-problem.ts'
import { grantRole } from '#server/programs/roles/granting.actions.ts'
import { findPersonByEmployeeId } from '#server/programs/roster/assignments.queries.ts'
import type { SecondPerson } from '#server/programs/second-person/second-people.queries.ts'
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
  /** Whose role takes effect once a second person confirms it. */
  waiting: readonly Waiting[]
}>

export type Waiting = Readonly<{ person: Person; confirmers: readonly SecondPerson[] }>

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
    const people = new Map<string, Person & { has_password: boolean }>()
    const waiting: Waiting[] = []
    const problems: string[] = []
    for (const invitation of invitations) {
      const key = invitation.email ?? `${invitation.program_id} ${invitation.employee_id}`
      const person = people.get(key) ?? (await findOrAddPerson(trx, invitation, viewer.id, now))
      people.set(key, person)
      if (!isSameName(person.name, invitation.name)) {
        problems.push(`${invitation.email ?? invitation.employee_id}: ${otherName}`)
        continue
      }
      const { role, program_id, holder_id } = invitation
      const answer = await grantRole(trx, { viewer, now }, person, { role, program_id, holder_id })
      if (answer.kind === 'own')
        problems.push('You can’t give yourself a role. Another system administrator can.')
      if (answer.kind === 'waiting') waiting.push({ person, ...answer })
    }
    if (problems.length > 0) throw new Refused(problems)
    const links = []
    for (const person of people.values())
      if (!person.has_password)
        links.push({ person, address: await newLink(trx, person.id, viewer.id, baseUrl) })
    for (const { person } of links)
      trx.record({
        kind: 'link-made',
        actor_id: viewer.id,
        subject: `person:${person.id}`,
        facts: { is_mailed: Boolean(mail) },
        at: now,
      })
    return { links, waiting, known: [...people.values()].filter(({ has_password }) => has_password) }
  }).catch((error) => {
    if (error instanceof Refused) return error
    throw error
  })
  if (made instanceof Refused) return { kind: 'refused', problems: made.problems }
  const { mailed, shown } = await handOver(mail, made.links)
  return { kind: 'invited', invited: { mailed, shown, known: made.known, waiting: made.waiting } }
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
      .values({ name, email, created_by: by, created_at: now })
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
      .where(sql<boolean>`(exists (select from roles r where r.person_id = people.id and r.ended_at is null)
        or exists (select from second_person_requests q where q.person_id = people.id and q.outcome is null))`)
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
  return link && { ...(await handOver(link.isOften ? null : mail, [link])), known: [], waiting: [] }
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
