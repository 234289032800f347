import { sql } from 'kysely'
import type { EvidenceTransaction } from '#server/ledger/actions.ts'
import { type AccountChange, accountChanges, accountState, changesFrom } from './account-state.ts'
import { lockPeople } from './queries.ts'
import type { TellOfRole } from './role-news.ts'
import type { Role } from './roles.ts'

type By = Readonly<{ id: string; name: string; tellOfRole: TellOfRole; now: Date }>

/**
 * Suspends, closes or reopens an account, in a transaction that has checked who may. Sessions, links and remembered
 * devices end at once. What the person has done stays; closing ends their roles.
 */
export async function changeAccountState(
  trx: EvidenceTransaction,
  by: By,
  personId: string,
  change: Readonly<{ kind: AccountChange; reason: string }>,
): Promise<'changed' | 'not-open'> {
  const { now } = by
  await lockPeople(trx, [personId])
  const person = await trx
    .selectFrom('people')
    .select(['disabled_at', 'closed_at', 'merged_into'])
    .select(sql<boolean>`password_hash is not null`.as('has_password'))
    .where('id', '=', personId)
    .executeTakeFirstOrThrow()
  const state = accountState(person)
  if (!changesFrom(state).includes(change.kind)) return 'not-open'
  const { to } = accountChanges[change.kind]
  await trx
    .updateTable('people')
    .set({ disabled_at: to === 'active' ? null : now, closed_at: to === 'closed' ? now : null })
    .where('id', '=', personId)
    .execute()
  if (to !== 'active') await endAccess(trx, personId, now)
  if (to === 'closed') await endRoles(trx, by, personId)
  trx.record({
    kind: 'account-changed',
    actor_id: by.id,
    subject: `person:${personId}`,
    facts: { change: change.kind, from: state, to, reason: change.reason },
    at: now,
  })
  return 'changed'
}

/** Ends sessions, remembered devices, links and codes of an account, and a change of email that waits for its link. */
export async function endAccess(trx: EvidenceTransaction, personId: string, now: Date): Promise<void> {
  for (const table of ['sessions', 'known_devices', 'sign_in_challenges'] as const)
    await trx.deleteFrom(table).where('person_id', '=', personId).execute()
  await trx
    .updateTable('invitations')
    .set({ used_at: now })
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .execute()
  await trx
    .updateTable('paper_codes')
    .set({ ended_at: now, how_ended: 'replaced' })
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .execute()
}

async function endRoles(trx: EvidenceTransaction, by: By, personId: string): Promise<void> {
  const { id: actorId, now } = by
  const ended = await trx
    .updateTable('roles')
    .set({ ended_at: now, ended_by: actorId })
    .where('person_id', '=', personId)
    .where('ended_at', 'is', null)
    .returning(['id', 'role', 'program_id', 'holder_id'])
    .execute()
  for (const { id, ...facts } of ended) {
    trx.record({ kind: 'role-ended', actor_id: actorId, subject: `person:${personId}`, facts, at: now })
    const news = { ...facts, id, role: facts.role as Role, person_id: personId, change: 'ended' } as const
    await by.tellOfRole(trx, { ...news, by }, now)
  }
}
