import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { listRefusing } from '#server/notices/queries.ts'
import { type AccountMail, passwordLink } from '#server/people/account-emails.ts'
import { listMailedOften, replaceLink } from '#server/people/actions.ts'
import { lockPeople } from '#server/people/queries.ts'
import type { Actor } from '#server/programs/roster/changes/roster.actions.ts'
import { listOutOfReach, lockProgramsOf } from '#server/programs/roster/employment/assignments.queries.ts'
import { type Invitable, listInvitable } from '#server/programs/roster/employment/roles.queries.ts'

type Addressee = Invitable

type GivenLinks = Readonly<{
  kind: 'given'
  mailed: readonly Addressee[]
  /** Links to print or copy. Each is shown only once. */
  shown: readonly Readonly<{ person: Addressee; address: string; days: number }>[]
  /** People whose link this viewer may not see, or who got three links in the last hour. */
  withheld: readonly Addressee[]
}>

/**
 * One-time links to set a password, for people in a program: emailed if email is set up, else shown to the viewer, as are
 * those for addresses that refuse mail. Anyone with a link can take over the account, so links are shown only for accounts that no one has signed in to yet, with no
 * work or role outside the programs that the viewer administers. Earlier links of these people stop working.
 */
export async function giveLinks(
  db: Database,
  { viewer, now }: Actor,
  { mail, baseUrl }: Readonly<{ mail: AccountMail; baseUrl: string }>,
  programId: string,
  personIds: readonly string[],
): Promise<GivenLinks | { kind: 'not-found' }> {
  const made = await writeEvidence(db, async (trx) => {
    if (!(await lockProgramsOf(trx, viewer, [programId]))) return null
    const people = await listInvitable(trx, programId, personIds)
    const outOfReach = await listOutOfReach(trx, viewer, personIds)
    const mayShow = ({ id, has_way_in }: Addressee) => !has_way_in && !outOfReach.has(id)
    const often = mail ? await listMailedOften(trx, personIds) : new Set()
    const refusing = await listRefusing(
      trx,
      people.flatMap(({ email }) => email ?? []),
    )
    const isMailed = ({ email }: Addressee) => mail !== null && email !== null && !refusing.has(email)
    // Someone with another account was asked by email. The answer is the one that new people's links get.
    const isAsked = ({ asked_email }: Addressee) => Boolean(mail && asked_email)
    const isGiven = (person: Addressee) =>
      person.id !== viewer.id &&
      !isAsked(person) &&
      (isMailed(person) ? !often.has(person.id) : mayShow(person))
    const given = people.filter(isGiven)
    const ids = given.map(({ id }) => id)
    const links = []
    if (ids.length > 0) await lockPeople(trx, ids)
    for (const person of given) {
      const purpose = person.has_password ? 'reset' : 'invite'
      const days = person.has_password ? 1 : 7
      const address = `${baseUrl}/link/${await replaceLink(trx, person.id, purpose, viewer.id)}`
      if (mail && isMailed(person))
        await mail(trx, { ...passwordLink(person.email ?? '', address, days), personId: person.id })
      links.push({ person, address, days })
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
      mailed: [...given.filter(isMailed), ...people.filter(isAsked)],
      shown: links.filter(({ person }) => !isMailed(person)),
      withheld: people.filter((person) => !isGiven(person) && !isAsked(person)),
    }
  })
  if (!made || made.mailed.length + made.shown.length + made.withheld.length === 0)
    return { kind: 'not-found' }
  return { kind: 'given', ...made }
}
