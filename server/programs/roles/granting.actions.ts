import { type Kysely, sql } from 'kysely'
import type { DB } from '#server/db/schema.ts'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import {
  actorsAt,
  canUndo,
  grantingRules,
  mayDo,
  postNames,
  postOf,
  setUpDays,
} from '#server/people/granting.ts'
import type { Reach, Role, Viewer } from '#server/people/roles.ts'
import { whyNotTwoPeople } from '#server/people/two-people.queries.ts'
import { isOneself } from '#server/people/two-people.ts'
import { askSecondPerson, endSecondPersonRequest } from '#server/programs/second-person/requests.actions.ts'
import type { SecondPersonRequest } from '#server/programs/second-person/requests.queries.ts'
import { findScope, type PlacedScope } from '#server/programs/second-person/scope.queries.ts'
import { listSecondPeople, type SecondPerson } from '#server/programs/second-person/second-people.queries.ts'
import { announceRole } from './announcing.actions.ts'
import { findRole, type OneRole } from './roles.queries.ts'

type By = Readonly<{ viewer: Viewer; now: Date }>
type RoleAndReach = Reach & Readonly<{ role: Role }>

type GrantAnswer =
  | { kind: 'granted' }
  /** It takes effect when one of these people confirms it. None: there is no one yet who could. */
  | { kind: 'waiting'; confirmers: readonly SecondPerson[] }
  | { kind: 'has-it' }
  | { kind: 'asked-already' }
  | { kind: 'own' }
  | { kind: 'not-allowed' }

/**
 * Gives someone a role, as the table in people/granting.ts says. Where the table asks for a second person, the grant
 * waits for one. The set-up's first invitations are the exception: no one else has an account yet who could confirm.
 */
export async function grantRole(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  person: Readonly<{ id: string; name: string }>,
  grant: RoleAndReach,
): Promise<GrantAnswer> {
  await lockRoles(trx)
  const scope = await findScope(trx, grant)
  const rule = grantingRules[postOf(grant)]
  if (!scope || !mayDo(actorsAt(viewer, scope, scope.siblings), rule.grants)) return { kind: 'not-allowed' }
  if (isOneself(await whyNotTwoPeople(trx, viewer.id, person.id, { askedAt: now, now })))
    return { kind: 'own' }
  const open = await findOpen(trx, person.id, grant)
  if (open.hasRole) return { kind: 'has-it' }
  if (open.isAsked) return { kind: 'asked-already' }
  if (!rule.confirms) {
    await insertRole(trx, { viewer, now }, person, scope, grant)
    return { kind: 'granted' }
  }
  const asked = { firstId: viewer.id, aboutId: person.id, askedAt: now, now }
  const confirmers = await listSecondPeople(trx, scope, rule.confirms, asked)
  const isAlone = confirmers.length === 0 && viewer.grants.some(({ role }) => role === 'system_admin')
  if (isAlone && (await isSetUp(trx, now))) {
    await insertRole(trx, { viewer, now }, person, scope, grant, { exception: 'set-up' })
    return { kind: 'granted' }
  }
  const { role, program_id, holder_id } = grant
  const what = `${person.name} as ${postNames[postOf(grant)].toLowerCase()}${scope.where ? ` at ${scope.where}` : ''}`
  await askSecondPerson(
    trx,
    {
      kind: 'role',
      facts: { role },
      person_id: person.id,
      program_id,
      holder_id,
      requested_by: viewer.id,
      what,
    },
    confirmers,
    now,
  )
  return { kind: 'waiting', confirmers }
}

type ConfirmAnswer = { kind: 'done' } | { kind: 'not-allowed' } | { kind: 'moot'; message: string }

/** A second person confirms a grant that waits. */
export async function confirmGrant(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  request: SecondPersonRequest & Readonly<{ kind: 'role' }>,
): Promise<ConfirmAnswer> {
  await lockRoles(trx)
  const grant = { role: request.facts.role, program_id: request.program_id, holder_id: request.holder_id }
  const scope = await findScope(trx, grant)
  const person = { id: request.person_id ?? '', name: request.person ?? '' }
  if (!scope) return { kind: 'not-allowed' }
  const requester = await findGrants(trx, request.requested_by)
  const isStillTheirs = mayDo(actorsAt(requester, scope, scope.siblings), grantingRules[postOf(grant)].grants)
  if (!isStillTheirs)
    return { kind: 'moot', message: `${request.requester} may no longer give this role. Refuse the request.` }
  if ((await findOpen(trx, person.id, grant)).hasRole)
    return { kind: 'moot', message: `${person.name} already has this role.` }
  await endSecondPersonRequest(trx, request, 'confirmed', viewer.id, now)
  const by = { viewer: { id: request.requested_by, name: request.requester }, now }
  await insertRole(trx, by, person, scope, grant, { confirmed_by: viewer.id })
  return { kind: 'done' }
}

export type EndAnswer =
  | { kind: 'done'; role: OneRole }
  | { kind: 'refused'; message: string }
  | { kind: 'not-found' }

/** Ends a role. No one ends their own, so the last system administrator stays. */
export async function endRole(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  roleId: string,
): Promise<EndAnswer> {
  await lockRoles(trx)
  const found = await findRoleFor(trx, viewer, roleId, 'ends')
  if (!found || found.role.ended_at) return { kind: 'not-found' }
  const { role, scope } = found
  if (isOneself(await whyNotTwoPeople(trx, viewer.id, role.person_id, { askedAt: now, now })))
    return { kind: 'refused', message: 'You can’t end your own role. Another administrator can.' }
  await setEnded(trx, { viewer, now }, role)
  await announceRole(trx, { viewer, now }, scope, role, 'ended')
  return { kind: 'done', role }
}

/** Within an hour, anyone who may give or end the role takes the change back. */
export async function undoRole(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  roleId: string,
): Promise<EndAnswer> {
  await lockRoles(trx)
  const ended = await findRoleFor(trx, viewer, roleId, 'grants')
  if (!ended) return { kind: 'not-found' }
  const { role, scope } = ended
  if (isOneself(await whyNotTwoPeople(trx, viewer.id, role.person_id, { askedAt: now, now })))
    return { kind: 'refused', message: 'You can’t change your own role. Another administrator can.' }
  if (!canUndo(role.ended_at ?? role.granted_at, now))
    return { kind: 'refused', message: 'More than an hour has passed. End the role, or give it again.' }
  if (!role.ended_at) {
    await setEnded(trx, { viewer, now }, role, { undone: true })
    await announceRole(trx, { viewer, now }, scope, role, 'grant-undone')
    return { kind: 'done', role }
  }
  if ((await findOpen(trx, role.person_id, role)).hasRole || role.is_account_ended)
    return { kind: 'refused', message: 'The person has this role again, or their account has ended.' }
  // What was taken back is not asked twice: the role had been confirmed when it was given.
  await insertRole(trx, { viewer, now }, { id: role.person_id, name: role.name }, scope, role, {
    undone: true,
  })
  return { kind: 'done', role }
}

async function setEnded(
  trx: EvidenceTransaction,
  { viewer, now }: By,
  { id, person_id, role, program_id, holder_id }: OneRole,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await trx.updateTable('roles').set({ ended_at: now, ended_by: viewer.id }).where('id', '=', id).execute()
  trx.record({
    kind: 'role-ended',
    actor_id: viewer.id,
    subject: `person:${person_id}`,
    facts: { role, program_id, holder_id, ...more },
    at: now,
  })
}

async function insertRole(
  trx: EvidenceTransaction,
  { viewer, now }: Readonly<{ viewer: Readonly<{ id: string; name: string }>; now: Date }>,
  person: Readonly<{ id: string; name: string }>,
  scope: PlacedScope,
  { role, program_id, holder_id }: RoleAndReach,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { id } = await trx
    .insertInto('roles')
    .values({ person_id: person.id, role, program_id, holder_id, granted_by: viewer.id, granted_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  trx.record({
    kind: 'role-granted',
    actor_id: viewer.id,
    subject: `person:${person.id}`,
    facts: { role, program_id, holder_id, ...more },
    at: now,
  })
  const given = { id, person_id: person.id, name: person.name, role, program_id, holder_id }
  await announceRole(trx, { viewer, now }, scope, given, more.undone ? 'end-undone' : 'granted')
}

/** A role that the viewer may act on, with where it reaches. */
async function findRoleFor(
  trx: EvidenceTransaction,
  viewer: Viewer,
  roleId: string,
  does: 'ends' | 'grants',
): Promise<Readonly<{ role: OneRole; scope: PlacedScope }> | null> {
  const role = await findRole(trx, roleId)
  const scope = role && (await findScope(trx, role))
  if (!scope) return null
  const may = mayDo(actorsAt(viewer, scope, scope.siblings), grantingRules[postOf(role)][does])
  return may ? { role, scope } : null
}

const lockRoles = (trx: EvidenceTransaction) =>
  sql`select pg_advisory_xact_lock(hashtext('safe-harbor-roles'))`.execute(trx)

async function findOpen(trx: Kysely<DB>, personId: string, { role, program_id, holder_id }: RoleAndReach) {
  const { rows } = await sql<{ hasRole: boolean; isAsked: boolean }>`
    select exists (select from roles r where r.person_id = ${personId} and r.role = ${role} and r.ended_at is null
        and r.program_id is not distinct from ${program_id} and r.holder_id is not distinct from ${holder_id}) as "hasRole",
      exists (select from second_person_requests q where q.person_id = ${personId} and q.outcome is null and q.kind = 'role'
        and q.facts ->> 'role' = ${role} and q.program_id is not distinct from ${program_id}
        and q.holder_id is not distinct from ${holder_id}) as "isAsked"`.execute(trx)
  return rows[0]!
}

/** An installation is being set up for a month after its first role. */
async function isSetUp(trx: Kysely<DB>, now: Date): Promise<boolean> {
  const { rows } = await sql<{ is: boolean }>`
    select min(granted_at) > ${now}::timestamptz - make_interval(days => ${setUpDays}) as is from roles`.execute(
    trx,
  )
  return rows[0]?.is ?? true
}

const findGrants = async (trx: Kysely<DB>, personId: string) => ({
  grants: (await trx
    .selectFrom('roles')
    .select(['role', 'program_id', 'holder_id'])
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .execute()) as readonly (Reach & Readonly<{ role: Role }>)[],
})
