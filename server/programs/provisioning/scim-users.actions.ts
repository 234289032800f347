import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { changeName } from '#server/people/account.actions.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { changeAccountState } from '#server/people/account-state.actions.ts'
import { scimSource } from '#server/people/directory-source.ts'
import { requestEmailChange } from '#server/people/email-changes.actions.ts'
import { applyGroupRoles } from '#server/people/group-roles.actions.ts'
import { lockPeople } from '#server/people/queries.ts'
import type { Role } from '#server/people/roles.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { listAssignments } from '#server/programs/roster/assignments.queries.ts'
import { saveRosterChanges } from '#server/programs/roster/roster.actions.ts'
import { noChanges, separation } from '#server/programs/roster/roster-changes.ts'
import type { Connection } from './connections.queries.ts'
import type { WantedUser } from './scim-user.ts'
import { isInUse, isLastSystemAdministrator, listOpenWork, listScimUsers } from './scim-users.queries.ts'

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

/** Makes an account, or takes up the one that has this email: the connection speaks for the email's domain. */
export const createScimUser = (acting: Provisioning, wanted: WantedUser): Promise<ScimOutcome> =>
  writeEvidence(acting.db, async (trx): Promise<ScimOutcome> => {
    const { connection, now } = acting
    const personId = (await addPerson(trx, wanted)) ?? (await findPersonId(trx, wanted.email))
    await lockPeople(trx, [personId])
    const written = await trx
      .insertInto('scim_users')
      .values({
        connection_id: connection.id,
        person_id: personId,
        user_name: wanted.userName,
        external_id: wanted.externalId,
        created_at: now,
        changed_at: now,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['connection_id', 'person_id'])
          .doUpdateSet({
            user_name: wanted.userName,
            external_id: wanted.externalId,
            is_active: true,
            removed_at: sql`null`,
            changed_at: now,
          })
          .where('scim_users.removed_at', 'is not', null),
      )
      .returning('person_id')
      .executeTakeFirst()
    if (!written) return { kind: 'taken' }
    note(trx, acting, personId, { change: 'provisioned' })
    return wanted.isActive ? { kind: 'done', personId } : setActive(trx, acting, personId, false)
  }).catch((error) => {
    if ((error as { code?: string }).code === '23505') return { kind: 'taken' }
    throw error
  })

async function addPerson(trx: EvidenceTransaction, { name, email }: WantedUser): Promise<string | undefined> {
  const made = await trx
    .insertInto('people')
    .values({ name, email })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return made?.id
}

async function findPersonId(trx: EvidenceTransaction, email: string): Promise<string> {
  const { id } = await trx
    .selectFrom('people')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  return id
}

/** Makes an account what the directory says. Another email takes effect when its owner confirms it. */
export const changeScimUser = (
  acting: Provisioning,
  personId: string,
  wanted: WantedUser,
): Promise<ScimOutcome> =>
  writeEvidence(acting.db, async (trx): Promise<ScimOutcome> => {
    const { connection, now } = acting
    const [user] = await listScimUsers(trx, connection.id, personId)
    if (!user) return { kind: 'not-found' }
    // Work and roles first: people are locked after programs.
    if (user.is_active !== wanted.isActive) {
      const outcome = await setActive(trx, acting, personId, wanted.isActive)
      if (outcome.kind !== 'done') return outcome
    }
    const by = { actorId: connection.created_by, reason: `Directory: ${connection.label}`, now }
    const { pronunciation } = await trx
      .selectFrom('people')
      .select('pronunciation')
      .where('id', '=', personId)
      .executeTakeFirstOrThrow()
    await changeName(trx, personId, { name: wanted.name, pronunciation }, by)
    if (wanted.email !== user.email) await askForEmail(trx, acting, personId, wanted.email, by)
    await trx
      .updateTable('scim_users')
      .set({ user_name: wanted.userName, external_id: wanted.externalId, changed_at: now })
      .where('connection_id', '=', connection.id)
      .where('person_id', '=', personId)
      .execute()
    return { kind: 'done', personId }
  }).catch((error) => {
    if ((error as { code?: string }).code === '23505') return { kind: 'taken' }
    throw error
  })

async function askForEmail(
  trx: EvidenceTransaction,
  acting: Provisioning,
  personId: string,
  email: string,
  by: Parameters<typeof requestEmailChange>[3],
): Promise<void> {
  const open = await trx
    .selectFrom('email_changes')
    .select('id')
    .where('person_id', '=', personId)
    .where('to_email', '=', email)
    .where('confirmed_at', 'is', null)
    .where('canceled_at', 'is', null)
    .where('expires_at', '>', by.now)
    .executeTakeFirst()
  // A directory asks again at each of its cycles.
  if (open) return
  await requestEmailChange(trx, personId, email, by)
  const news = { what: 'email-requested', by: acting.connection.label, key: by.now.toISOString() } as const
  await acting.tellOwner(trx, personId, news)
}

/** Takes an account out of the directory: it is deactivated, and everything on record stays. */
export const removeScimUser = (acting: Provisioning, personId: string): Promise<ScimOutcome> =>
  writeEvidence(acting.db, async (trx): Promise<ScimOutcome> => {
    const { connection, now } = acting
    const [user] = await listScimUsers(trx, connection.id, personId)
    if (!user) return { kind: 'not-found' }
    if (user.is_active) {
      const outcome = await setActive(trx, acting, personId, false)
      if (outcome.kind !== 'done') return outcome
    }
    await trx
      .updateTable('scim_users')
      .set({ removed_at: now, changed_at: now })
      .where('connection_id', '=', connection.id)
      .where('person_id', '=', personId)
      .execute()
    await sql`delete from scim_group_members m using scim_groups g
      where g.id = m.group_id and g.connection_id = ${connection.id} and m.person_id = ${personId}`.execute(
      trx,
    )
    note(trx, acting, personId, { change: 'deprovisioned' })
    return { kind: 'done', personId }
  })

async function setActive(
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

const note = (
  trx: EvidenceTransaction,
  { connection, now }: Provisioning,
  personId: string,
  facts: Readonly<Record<string, unknown>>,
) =>
  trx.record({
    kind: 'account-changed',
    actor_id: connection.created_by,
    subject: `person:${personId}`,
    facts: { ...facts, directory: connection.label },
    at: now,
  })
