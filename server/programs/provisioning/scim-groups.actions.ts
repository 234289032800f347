import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { scimSource } from '#server/people/directory-source.ts'
import { applyGroupRoles } from '#server/people/group-roles.actions.ts'
import { lockPeople } from '#server/people/queries.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import type { Provisioning } from './scim-activation.actions.ts'
import { listGroupNames, listScimGroups } from './scim-groups.queries.ts'
import { listScimUsers } from './scim-users.queries.ts'

type WantedGroup = Readonly<{
  displayName: string
  externalId: string | null
  memberIds: readonly string[]
}>

export type GroupOutcome =
  | { kind: 'done'; id: string }
  | { kind: 'not-found' }
  | { kind: 'taken' }
  | { kind: 'unknown-member'; id: string }

/** Makes or replaces a group. The roles that it gives follow at once, for people who came and people who left. */
export const saveScimGroup = (
  acting: Provisioning,
  groupId: string | null,
  wanted: WantedGroup,
): Promise<GroupOutcome> =>
  writeEvidence(acting.db, async (trx): Promise<GroupOutcome> => {
    const { connection, now } = acting
    const before = groupId ? (await listScimGroups(trx, connection.id, groupId))[0] : null
    if (groupId && !before) return { kind: 'not-found' }
    const known = new Set((await listScimUsers(trx, connection.id, null)).map(({ person_id }) => person_id))
    const stranger = wanted.memberIds.find((id) => !known.has(id))
    if (stranger !== undefined) return { kind: 'unknown-member', id: stranger }
    const row = { display_name: wanted.displayName, external_id: wanted.externalId, changed_at: now }
    const { id } = before
      ? await trx
          .updateTable('scim_groups')
          .set(row)
          .where('id', '=', before.id)
          .returning('id')
          .executeTakeFirstOrThrow()
      : await trx
          .insertInto('scim_groups')
          .values({ ...row, connection_id: connection.id, created_at: now })
          .returning('id')
          .executeTakeFirstOrThrow()
    await trx.deleteFrom('scim_group_members').where('group_id', '=', id).execute()
    if (wanted.memberIds.length > 0)
      await trx
        .insertInto('scim_group_members')
        .values([...new Set(wanted.memberIds)].map((person_id) => ({ group_id: id, person_id })))
        .execute()
    await followGroups(trx, acting, [...(before?.members ?? []).map((one) => one.id), ...wanted.memberIds])
    return { kind: 'done', id }
  }).catch((error) => {
    if ((error as { code?: string }).code === '23505') return { kind: 'taken' }
    throw error
  })

export const removeScimGroup = (acting: Provisioning, groupId: string): Promise<GroupOutcome> =>
  writeEvidence(acting.db, async (trx): Promise<GroupOutcome> => {
    const [group] = await listScimGroups(trx, acting.connection.id, groupId)
    if (!group) return { kind: 'not-found' }
    await trx.deleteFrom('scim_groups').where('id', '=', group.id).execute()
    await followGroups(
      trx,
      acting,
      group.members.map(({ id }) => id),
    )
    return { kind: 'done', id: group.id }
  })

async function followGroups(
  trx: EvidenceTransaction,
  { connection, now }: Provisioning,
  personIds: readonly string[],
): Promise<void> {
  const ids = [...new Set(personIds)]
  if (ids.length > 0) await lockPeople(trx, ids)
  for (const personId of ids) {
    const groups = await listGroupNames(trx, connection.id, personId)
    await applyGroupRoles(trx, { source: scimSource(connection.id), personId, groups }, { tellOfRole, now })
  }
}
