import { sql } from 'kysely'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { changeName } from '#server/people/account.actions.ts'
import { requestEmailChange } from '#server/people/email-changes.actions.ts'
import { lockPeople } from '#server/people/queries.ts'
import { type Provisioning, type ScimOutcome, setActive } from './scim-activation.actions.ts'
import type { WantedUser } from './scim-user.ts'
import { listScimUsers } from './scim-users.queries.ts'

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
    .select((eb) => eb.fn.coalesce('merged_into', 'id').as('id'))
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
