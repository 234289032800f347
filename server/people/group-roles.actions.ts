import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import {
  listGroupRolesInForce,
  listMembersOf,
  listRolesByGroup,
  listRolesByMapping,
} from './group-roles.queries.ts'
import { lockPeople } from './queries.ts'
import type { TellOfRole } from './role-news.ts'

/** Whom a change of roles is told, and when it is. */
type Telling = Readonly<{ tellOfRole: TellOfRole; now: Date }>

/** A person's groups, as one directory names them. */
type Membership = Readonly<{ source: string; personId: string; groups: readonly string[] }>

/** Gives the roles that a person's groups bring, and ends those of groups that they left. Roles given by hand stay. */
export async function applyGroupRoles(
  trx: EvidenceTransaction,
  { source, personId, groups }: Membership,
  telling: Telling,
): Promise<void> {
  const names = new Set(groups.map((group) => group.toLowerCase()))
  const wanted = (await listGroupRolesInForce(trx, source)).filter(
    ({ group_name, made_by }) => names.has(group_name.toLowerCase()) && made_by !== personId,
  )
  const held = await listRolesByGroup(trx, source, personId)
  for (const role of held)
    if (!wanted.some(({ id }) => id === role.group_role_id)) await endMapped(trx, personId, role, telling)
  for (const mapping of wanted)
    if (!held.some(({ group_role_id }) => group_role_id === mapping.id))
      await grantMapped(trx, personId, mapping, telling)
}

type Mapping = Awaited<ReturnType<typeof listGroupRolesInForce>>[number]
type Mapped = Awaited<ReturnType<typeof listRolesByGroup>>[number]

/** The one place where a group gives a role. Who may map a group to which role is decided where the mapping is made. */
async function grantMapped(
  trx: EvidenceTransaction,
  personId: string,
  { id, role, program_id, holder_id, made_by, group_name }: Mapping,
  { tellOfRole, now }: Telling,
): Promise<void> {
  const granted = await trx
    .insertInto('roles')
    .values({ person_id: personId, role, program_id, holder_id, granted_by: made_by, granted_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!granted) return
  await trx.insertInto('group_role_grants').values({ role_id: granted.id, group_role_id: id }).execute()
  trx.record({
    kind: 'role-granted',
    actor_id: made_by,
    subject: `person:${personId}`,
    facts: { role, program_id, holder_id, by_group: group_name },
    at: now,
  })
  const given = {
    id: granted.id,
    person_id: personId,
    role,
    program_id,
    holder_id,
    change: 'granted',
  } as const
  await tellOfRole(trx, { ...given, by: inWords(group_name) }, now)
}

async function endMapped(
  trx: EvidenceTransaction,
  personId: string,
  { id, role, program_id, holder_id, group_name }: Mapped,
  { tellOfRole, now }: Telling,
): Promise<void> {
  await trx.updateTable('roles').set({ ended_at: now }).where('id', '=', id).execute()
  trx.record({
    kind: 'role-ended',
    actor_id: null,
    subject: `person:${personId}`,
    facts: { role, program_id, holder_id, left_group: group_name },
    at: now,
  })
  const ended = { id, person_id: personId, role, program_id, holder_id, change: 'ended' } as const
  await tellOfRole(trx, { ...ended, by: inWords(group_name) }, now)
}

const inWords = (group: string) => ({ id: null, name: `Your organization’s directory (group “${group}”)` })

/** Gives a new mapping's role to the members that a directory has named. Others get it at their next sign-in. */
export async function followMapping(
  trx: EvidenceTransaction,
  mappingId: string,
  telling: Telling,
): Promise<void> {
  const { source, members } = await listMembersOf(trx, mappingId)
  if (members.length > 0)
    await lockPeople(
      trx,
      members.map(({ person_id }) => person_id),
    )
  for (const { person_id, groups } of members)
    await applyGroupRoles(trx, { source, personId: person_id, groups }, telling)
}

/** Ends every role that a mapping gave. */
export async function endGroupRole(
  trx: EvidenceTransaction,
  mappingId: string,
  telling: Telling,
): Promise<void> {
  for (const role of await listRolesByMapping(trx, mappingId))
    await endMapped(trx, role.person_id, role, telling)
}
