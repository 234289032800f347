import { sql, type Transaction } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { createLink } from '#server/people/actions.ts'
import { newToken, tokenHash } from '#server/people/links.ts'
import { saveSetting } from './settings.actions.ts'
import { findSetting, type Installation } from './settings.queries.ts'
import { hasAdministrator } from './setup.queries.ts'

const setupLinkMinutes = 60

/** A link that opens set-up for an hour; null once a system administrator has an account. An earlier link ends. */
export async function createSetupLink(db: Database, now: Date): Promise<string | null> {
  return db.transaction().execute(async (trx) => {
    await lockSetup(trx)
    if (await hasAdministrator(trx)) return null
    const token = newToken()
    const expires_at = new Date(now.getTime() + setupLinkMinutes * 60_000).toISOString()
    await saveSetting(trx, 'setup-link', { hash: tokenHash(token), expires_at }, { id: null, at: now })
    return token
  })
}

/** True while the link opens set-up: it's the latest one, its hour isn't over, and there is no administrator yet. */
export async function isSetupOpen(
  db: Database | Transaction<DB>,
  token: string,
  now: Date,
): Promise<boolean> {
  const link = await findSetting(db, 'setup-link')
  if (!link || link.hash !== tokenHash(token) || new Date(link.expires_at) <= now) return false
  return !(await hasAdministrator(db))
}

type SetupAnswer = { kind: 'saved' } | { kind: 'link-ended' }

export function saveInstallationBySetupLink(
  db: Database,
  token: string,
  installation: Installation,
  now: Date,
): Promise<SetupAnswer> {
  return writeEvidence(db, async (trx): Promise<SetupAnswer> => {
    await lockSetup(trx)
    if (!(await isSetupOpen(trx, token, now))) return { kind: 'link-ended' }
    await saveSetting(trx, 'installation', installation, { id: null, at: now })
    trx.record({
      kind: 'setting-changed',
      actor_id: null,
      subject: 'setting:installation',
      facts: { ...installation, by_setup_link: true },
      at: now,
    })
    return { kind: 'saved' }
  })
}

type FirstAdministrator = { kind: 'named'; passwordToken: string | null } | { kind: 'link-ended' }

/**
 * Makes the first system administrator, and returns the token of a link to set their password. Until they have, the
 * set-up link stays open and may name someone else: the one named before loses the role.
 */
export async function nameFirstAdministrator(
  db: Database,
  token: string,
  person: Readonly<{ name: string; email: string }>,
  now: Date,
): Promise<FirstAdministrator> {
  return writeEvidence(db, async (trx): Promise<FirstAdministrator> => {
    await lockSetup(trx)
    if (!(await isSetupOpen(trx, token, now))) return { kind: 'link-ended' }
    await endUnfinishedGrants(trx, person.email, now)
    const { id, password_hash } = await trx
      .insertInto('people')
      .values(person)
      // Someone who is here already keeps the name they have.
      .onConflict((conflict) => conflict.column('email').doUpdateSet({ email: person.email }))
      .returning(['id', 'password_hash'])
      .executeTakeFirstOrThrow()
    const granted = await trx
      .insertInto('roles')
      .values({ person_id: id, role: 'system_admin', granted_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    await trx
      .updateTable('invitations')
      .set({ used_at: now })
      .where('person_id', '=', id)
      .where('used_at', 'is', null)
      .execute()
    // An account with a password signs in with it; no one is handed a link to change it.
    const passwordToken = password_hash === null ? await createLink(trx, id, 'invite', null) : null
    if (granted)
      trx.record({
        kind: 'role-granted',
        actor_id: null,
        subject: `person:${id}`,
        facts: { role: 'system_admin', by_setup_link: true },
        at: now,
      })
    return { kind: 'named', passwordToken }
  })
}

async function endUnfinishedGrants(trx: EvidenceTransaction, exceptEmail: string, now: Date): Promise<void> {
  const { rows } = await sql<{ person_id: string }>`
    update roles set ended_at = ${now} from people p
    where p.id = roles.person_id and role = 'system_admin' and ended_at is null and p.email <> ${exceptEmail}
    returning person_id`.execute(trx)
  for (const { person_id } of rows)
    trx.record({
      kind: 'role-ended',
      actor_id: null,
      subject: `person:${person_id}`,
      facts: { role: 'system_admin', by_setup_link: true },
      at: now,
    })
}

/** Of two people who follow the link at once, one is first. */
const lockSetup = (trx: Transaction<DB>) =>
  sql`select pg_advisory_xact_lock(hashtext('safe-harbor-setup'))`.execute(trx)
