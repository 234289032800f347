import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { changeAccountState } from '#server/people/account-state.actions.ts'
import { scimSource } from '#server/people/directory-source.ts'
import { applyGroupRoles } from '#server/people/group-roles.actions.ts'
import { lockPeople } from '#server/people/queries.ts'
import type { Role } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { saveRosterChanges } from '#server/programs/roster/changes/roster.actions.ts'
import { noChanges, separation } from '#server/programs/roster/changes/roster-changes.ts'
import { listAssignments } from '#server/programs/roster/employment/assignments.queries.ts'
import type { Connection } from './connections.queries.ts'
import { isInUse, isLastSystemAdministrator, listOpenWork } from './scim-users.queries.ts'

/** On whose behalf a directory acts, and what its changes cause. */
export type Provisioning = Readonly<{
  db: Database
  connection: Connection
  afterChange: AfterChange
  tellOwner: TellOwner
  now: Date
}>

export type ScimOutcome =
  | { kind: 'done'; personId: string }
  | { kind: 'not-found' }
  | { kind: 'taken' }
  | { kind: 'last-administrator' }

/** Opens an account again, or ends its work and roles here and suspends it, as the directory says. */
export async function setActive(
  trx: EvidenceTransaction,
  acting: Provisioning,
  personId: string,
  isActive: boolean,
): Promise<ScimOutcome> {
  const { connection, now } = acting
  if (!isActive && (await isLastSystemAdministrator(trx, personId))) return { kind: 'last-administrator' }
  if (!isActive) await endWork(trx, acting, personId)
  await lockPeople(trx, [personId])
  if (!isActive) await endRolesHere(trx, acting, personId)
  const reason = `Directory: ${connection.label}`
  const by = { id: connection.created_by, name: connection.label, tellOfRole, now }
  if (isActive) await changeAccountState(trx, by, personId, { kind: 'reopening', reason })
  // Someone who also works for another license holder keeps the account for that work.
  else if (!(await isInUse(trx, personId, dayOf(now))))
    await changeAccountState(trx, by, personId, { kind: 'suspension', reason })
  await trx
    .updateTable('scim_users')
    .set({ is_active: isActive, changed_at: now })
    .where('connection_id', '=', connection.id)
    .where('person_id', '=', personId)
    .execute()
  return { kind: 'done', personId }
}

/** Ends the person's work today. Work that would begin later is taken off; nothing recorded is edited. */
async function endWork(
  trx: EvidenceTransaction,
  { connection, afterChange, now }: Provisioning,
  personId: string,
): Promise<void> {
  const today = dayOf(now)
  const programs = await listOpenWork(trx, personId, connection.holder_id, today)
  if (programs.length === 0) return
  await trx
    .selectFrom('programs')
    .select('id')
    .where('id', 'in', [...programs])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  const acting = { viewer: { id: connection.created_by }, now }
  const reason = `Deactivated in ${connection.label}`
  for (const program_id of programs)
    for (const assignment of await listAssignments(trx, program_id, [personId])) {
      if (assignment.separated_on !== null && assignment.separated_on <= today) continue
      const changes =
        assignment.hired_on > today
          ? { ...noChanges, removed: [{ kind: 'assignment' as const, id: assignment.assignment_id }] }
          : separation(assignment, today)
      await saveRosterChanges(trx, acting, changes, reason)
      trx.record({
        kind: 'roster-changed',
        actor_id: connection.created_by,
        subject: `person:${personId}`,
        facts: { act: 'separated', program_id, assignment_id: assignment.assignment_id, reason },
        at: now,
      })
    }
  await afterChange(trx, [personId], now)
}

async function endRolesHere(
  trx: EvidenceTransaction,
  { connection, now }: Provisioning,
  personId: string,
): Promise<void> {
  const holder = connection.holder_id
  await applyGroupRoles(trx, { source: scimSource(connection.id), personId, groups: [] }, { tellOfRole, now })
  const ended = await trx
    .updateTable('roles')
    .set({ ended_at: now, ended_by: connection.created_by })
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .where(
      sql<boolean>`(${holder}::uuid is null or holder_id = ${holder}::uuid
        or program_id in (select g.id from programs g where g.holder_id = ${holder}::uuid))`,
    )
    .returning(['id', 'role', 'program_id', 'holder_id'])
    .execute()
  for (const { id, ...facts } of ended) {
    trx.record({
      kind: 'role-ended',
      actor_id: connection.created_by,
      subject: `person:${personId}`,
      facts: { ...facts, directory: connection.label },
      at: now,
    })
    const role = facts.role as Role
    await tellOfRole(
      trx,
      { ...facts, id, role, person_id: personId, change: 'ended', by: { id: null, name: connection.label } },
      now,
    )
  }
}
