import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { Mail } from '#server/lib/mail.ts'
import { listMailedOften, replaceLink } from '#server/people/actions.ts'
import { lockPeople } from '#server/people/queries.ts'
import { listOutOfReach, lockProgramsOf } from './assignments.queries.ts'
import { type Invitable, listInvitable } from './roles.queries.ts'
import type { Actor } from './roster.actions.ts'

type Addressee = Invitable

export type GivenLinks = Readonly<{
  kind: 'given'
  mailed: readonly Addressee[]
  /** Links to print or copy. Each is shown only once. */
  shown: readonly Readonly<{ person: Addressee; address: string; days: number }>[]
  /** People whose link this viewer may not see, or who got three links in the last hour. */
  withheld: readonly Addressee[]
}>

/**
 * One-time links to set a password, for people in a program: emailed if email is set up, else shown to the viewer. Anyone
 * with a link can take over the account, so links are shown only for accounts that no one has signed in to yet, with no
 * work or role outside the programs that the viewer administers. Earlier links of these people stop working.
 */
export async function giveLinks(
  db: Database,
  { viewer, now }: Actor,
  { mail, baseUrl }: Readonly<{ mail: Mail; baseUrl: string }>,
  programId: string,
  personIds: readonly string[],
): Promise<GivenLinks | { kind: 'not-found' }> {
  const made = await writeEvidence(db, async (trx) => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return null
    const people = await listInvitable(trx, programId, personIds)
    const outOfReach = await listOutOfReach(trx, viewer, personIds)
    const mayShow = ({ id, has_way_in }: Addressee) => !has_way_in && !outOfReach.has(id)
    const often = mail ? await listMailedOften(trx, personIds) : new Set()
    // Someone with another account was asked by email. The answer is the one that new people's links get.
    const isAsked = ({ asked_email }: Addressee) => Boolean(mail && asked_email)
    const isGiven = (person: Addressee) =>
      person.id !== viewer.id &&
      !isAsked(person) &&
      (mail && person.email ? !often.has(person.id) : mayShow(person))
    const given = people.filter(isGiven)
    const ids = given.map(({ id }) => id)
    const links = []
    if (ids.length > 0) await lockPeople(trx, ids)
    for (const person of given) {
      const purpose = person.has_password ? 'reset' : 'invite'
      const token = await replaceLink(trx, person.id, purpose, viewer.id)
      links.push({ person, address: `${baseUrl}/link/${token}`, days: person.has_password ? 1 : 7 })
    }
    if (links.length > 0)
      trx.record({
        kind: 'link-made',
        actor_id: viewer.id,
        subject: `program:${programId}`,
        facts: { person_ids: ids, is_mailed: Boolean(mail) },
        at: now,
      })
    return {
      links,
      mayShow,
      asked: people.filter(isAsked),
      withheld: people.filter((person) => !isGiven(person) && !isAsked(person)),
    }
  })
  if (!made || made.links.length + made.withheld.length + made.asked.length === 0)
    return { kind: 'not-found' }
  if (!mail) return { kind: 'given', mailed: [], shown: made.links, withheld: made.withheld }
  const sent = await Promise.all(
    made.links.map(async (link) => ({
      ...link,
      isSent: link.person.email !== null && (await send(mail, link.person.email, link.address, link.days)),
    })),
  )
  // Links that the mail server refused are shown, where that is allowed.
  const unsent = sent.filter(({ isSent }) => !isSent)
  return {
    kind: 'given',
    mailed: [...sent.filter(({ isSent }) => isSent).map(({ person }) => person), ...made.asked],
    shown: unsent.filter(({ person }) => made.mayShow(person)),
    withheld: [
      ...made.withheld,
      ...unsent.filter(({ person }) => !made.mayShow(person)).map(({ person }) => person),
    ],
  }
}

async function send(mail: NonNullable<Mail>, to: string, address: string, days: number): Promise<boolean> {
  const within = days === 1 ? 'a day' : `${days} days`
  try {
    await mail({
      to,
      // Neutral and without the program's name, because others may see the email.
      subject: 'Set your password',
      text: `You have an account for your work training.\n\nOpen this link within ${within} and choose a password:\n${address}\n\nThe link works once. If you did not expect this email, you can ignore it.\n`,
    })
    return true
  } catch {
    return false
  }
}
