import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { listRefusing } from '#server/notices/queries.ts'
import { type AccountMail, passwordLink } from '#server/people/account-emails.ts'
import { listMailedOften, replaceLink } from '#server/people/actions.ts'
import { findAccountByEmail } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { otherName } from '#server/programs/form-problem.ts'
import { grantRole } from '#server/programs/roles/granting.actions.ts'
import { findPersonByEmployeeId } from '#server/programs/roster/employment/assignments.queries.ts'
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

type Waiting = Readonly<{ person: Person; confirmers: readonly SecondPerson[] }>

type InviteAnswer = { kind: 'invited'; invited: Invited } | { kind: 'refused'; problems: readonly string[] }

/** Gives each person their role, and an account where they have none; one problem, and nothing is done. */
export async function inviteToRoles(
  db: Database,
  { viewer, now }: Acting,
  { mail, baseUrl }: Readonly<{ mail: AccountMail; baseUrl: string }>,
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
      if (!person.has_password) links.push(await newLink(trx, person, viewer.id, { mail, baseUrl }))
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
  return {
    kind: 'invited',
    invited: { ...handedOver(made.links), known: made.known, waiting: made.waiting },
  }
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
  const found = byId ?? (email ? await findAccountByEmail(trx, email) : undefined)
  const known = await trx
    .selectFrom('people')
    .select(['id', 'name', 'email', hasWayIn.as('has_password')])
    .where('id', '=', found?.id ?? null)
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
  { mail, baseUrl }: Readonly<{ mail: AccountMail; baseUrl: string }>,
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
    // An account that no one has signed in to: a fourth email within an hour is shown instead.
    const isOften = (await listMailedOften(trx, [person.id])).has(person.id)
    const made = await newLink(trx, person, viewer.id, { mail: isOften ? null : mail, baseUrl })
    trx.record({
      kind: 'link-made',
      actor_id: viewer.id,
      subject: `person:${person.id}`,
      facts: { is_mailed: Boolean(mail) },
      at: now,
    })
    return made
  })
  return link && { ...handedOver([link]), known: [], waiting: [] }
}

type Link = Readonly<{ person: Person; address: string; isMailed: boolean }>

/**
 * A new link; earlier ones of the person end. It goes out by email, or is shown where there is no mail server or their
 * address refuses mail.
 */
async function newLink(
  trx: Transaction<DB>,
  person: Person,
  by: string,
  { mail, baseUrl }: Readonly<{ mail: AccountMail; baseUrl: string }>,
): Promise<Link> {
  const address = `${baseUrl}/link/${await replaceLink(trx, person.id, 'invite', by)}`
  const { email } = person
  const isMailed = mail !== null && email !== null && !(await listRefusing(trx, [email])).has(email)
  if (isMailed) await mail(trx, { ...passwordLink(email, address, 7), personId: person.id })
  return { person, address, isMailed }
}

const handedOver = (links: readonly Link[]): Pick<Invited, 'mailed' | 'shown'> => ({
  mailed: links.filter(({ isMailed }) => isMailed).map(({ person }) => person),
  shown: links.filter(({ isMailed }) => !isMailed),
})
