import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import type { RoleChange } from '#server/notices/access-kinds.ts'
import { notify } from '#server/notices/actions.ts'
import { grantingRules, postNames, postOf } from '#server/people/granting.ts'
import { findPerson } from '#server/people/queries.ts'
import type { TellOfRole } from '#server/people/role-news.ts'
import type { Reach, Role } from '#server/people/roles.ts'
import { findScope, type PlacedScope } from '#server/programs/second-person/scope.queries.ts'
import { listActorsAt, type SecondPerson } from '#server/programs/second-person/second-people.queries.ts'

type Changed = Reach & Readonly<{ id: string; person_id: string; name: string; role: Role }>

/** Tells the person, and everyone else who may give this role there, who changed it; they can undo it for an hour. */
export async function announceRole(
  trx: EvidenceTransaction,
  { viewer, now }: Readonly<{ viewer: Readonly<{ id: string | null; name: string }>; now: Date }>,
  scope: PlacedScope,
  changed: Changed,
  change: RoleChange['change'],
): Promise<void> {
  const post = postOf(changed)
  const facts = {
    change,
    role: postNames[post].toLowerCase(),
    where: scope.where,
    person: changed.name,
    by: viewer.name,
  }
  const dedupe_key = `role ${changed.id} ${change} ${now.toISOString()}`
  await notify(trx, {
    person_id: changed.person_id,
    kind: 'role-changed',
    facts: { ...facts, is_own: true, path: null },
    dedupe_key,
  })
  for (const other of await listActorsAt(trx, scope, grantingRules[post].grants))
    if (other.id !== viewer.id && other.id !== changed.person_id)
      await notify(trx, {
        person_id: other.id,
        kind: 'role-changed',
        facts: { ...facts, is_own: false, path: pathFor(other, scope) },
        dedupe_key,
      })
}

/** The same where no administrator's page did it: a group, a directory, a closed account, or a command. */
export const tellOfRole: TellOfRole = async (trx, { person_id, change, by, ...role }, now) => {
  const scope = await findScope(trx, role)
  const person = await findPerson(trx, person_id)
  if (scope && person)
    await announceRole(trx, { viewer: by, now }, scope, { ...role, person_id, name: person.name }, change)
}

/** The page where this administrator sees the roles of a scope. */
const pathFor = ({ as }: Pick<SecondPerson, 'as'>, { program_id, siblings }: PlacedScope): string =>
  as === 'system_admin' || as === 'licensing' ? '/access' : `/programs/${program_id ?? siblings[0]}/roles`
