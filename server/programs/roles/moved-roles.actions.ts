import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import type { Reach, Role } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself } from '#server/people/two-people.ts'
import { findScope } from '#server/programs/second-person/scope.queries.ts'
import { announceRole } from './announcing.actions.ts'

type Person = Readonly<{ id: string; name: string }>
type Given = Reach & Readonly<{ role: Role; granted_by: string | null }>

/**
 * Someone accepts what a program gave to the empty account that stood for them: its roles become theirs, and what still
 * waits for a second person is about them. Roles end instead if one who gave or confirmed them is the same person.
 */
export async function moveRoles(
  trx: EvidenceTransaction,
  from: string,
  to: Person,
  now: Date,
): Promise<void> {
  const confirmers = await listConfirmers(trx, from)
  const roles = (await trx
    .updateTable('roles')
    .set({ ended_at: now, ended_by: to.id })
    .where('person_id', '=', from)
    .where('ended_at', 'is', null)
    .returning(['role', 'program_id', 'holder_id', 'granted_by'])
    .execute()) as readonly Given[]
  await trx
    .updateTable('second_person_requests')
    .set({ person_id: to.id })
    .where('person_id', '=', from)
    .where('outcome', 'is', null)
    .execute()
  const isOwn = await isOneOf(trx, to, [...confirmers, ...roles.map(({ granted_by }) => granted_by)], now)
  for (const { granted_by, ...grant } of roles) {
    const facts = { ...grant, accepted_by: to.id }
    trx.record({ kind: 'role-ended', actor_id: to.id, subject: `person:${from}`, facts, at: now })
    if (!isOwn) await giveTo(trx, to, { ...grant, granted_by }, now)
  }
}

async function listConfirmers(trx: EvidenceTransaction, personId: string) {
  const confirmed = await trx
    .selectFrom('second_person_requests')
    .select('ended_by')
    .where('person_id', '=', personId)
    .where('kind', '=', 'role')
    .where('outcome', '=', 'confirmed')
    .execute()
  return confirmed.map(({ ended_by }) => ended_by)
}

async function isOneOf(
  trx: EvidenceTransaction,
  { id }: Person,
  others: readonly (string | null)[],
  now: Date,
) {
  for (const other of new Set(others))
    if (other && isOneself(await whyNotTwoPeople(trx, other, id, { askedAt: now, now }))) return true
  return false
}

async function giveTo(
  trx: EvidenceTransaction,
  person: Person,
  { granted_by, ...grant }: Given,
  now: Date,
): Promise<void> {
  const given = await trx
    .insertInto('roles')
    .values({ ...grant, person_id: person.id, granted_by, granted_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  const scope = await findScope(trx, grant)
  if (!given || !scope) return
  const facts = { ...grant, accepted: true }
  trx.record({ kind: 'role-granted', actor_id: granted_by, subject: `person:${person.id}`, facts, at: now })
  const changed = { ...grant, id: given.id, person_id: person.id, name: person.name }
  await announceRole(trx, { viewer: person, now }, scope, changed, 'accepted')
}
