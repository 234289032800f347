import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { type EvidenceTransaction, writeEvidence } from '#server/ledger/actions.ts'
import { type AccountMail, tellOfSignIn } from '#server/people/account-emails.ts'
import { findSecondFactors, lockPeople } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type DataKey, isSealed, openSecret, sealSecret } from '#server/people/sealed-secret.ts'
import { countAttempt, forgetAttempt } from './attempts.actions.ts'
import { newRecoveryCodes, newSecret, recoveryCodeHash, stepOfCode } from './authenticator.ts'

/** The secret for an app that isn't confirmed yet, the same each time the page is opened; null where one is set up. */
export async function startAuthenticator(
  db: Database,
  personId: string,
  dataKey: DataKey,
): Promise<string | null> {
  const key = await dataKey()
  const values = { person_id: personId, secret: sealSecret(key, personId, newSecret()) }
  await db
    .insertInto('authenticators')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const app = await db
    .selectFrom('authenticators')
    .select(['secret', 'confirmed_at'])
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow()
  if (app.confirmed_at) return null
  const secret = openSecret(key, personId, app.secret)
  if (secret) return secret
  // Sealed with a key that is lost: no app has it yet, so it begins again.
  await db.updateTable('authenticators').set(values).where('person_id', '=', personId).execute()
  return openSecret(key, personId, values.secret)
}

type AuthenticatorResult =
  | { kind: 'confirmed'; codes: readonly string[] }
  | { kind: 'wrong' }
  | { kind: 'throttled'; seconds: number }

/** The first code shows that the app has the secret. From now on it is asked at each sign-in. */
export async function confirmAuthenticator(
  db: Database,
  viewer: Viewer,
  code: string,
  { dataKey, mail }: Readonly<{ dataKey: DataKey; mail: AccountMail }>,
  now: Date,
): Promise<AuthenticatorResult> {
  const key = await dataKey()
  const subject = { kind: 'code', value: viewer.id } as const
  const seconds = await countAttempt(db, [subject], now)
  if (seconds > 0) return { kind: 'throttled', seconds }
  const result = await writeEvidence(db, async (trx): Promise<AuthenticatorResult> => {
    await lockPeople(trx, [viewer.id])
    const app = await trx
      .selectFrom('authenticators')
      .select(['secret', 'last_step'])
      .where('person_id', '=', viewer.id)
      .where('confirmed_at', 'is', null)
      .executeTakeFirst()
    const secret = app && openSecret(key, viewer.id, app.secret)
    const step = secret ? await stepOfCode(secret, app.last_step, code, now) : null
    if (!step) return { kind: 'wrong' }
    await trx
      .updateTable('authenticators')
      .set({ confirmed_at: now, last_step: step })
      .where('person_id', '=', viewer.id)
      .execute()
    note(trx, viewer, 'authenticator-added', now)
    await tellOfSignIn(trx, mail, viewer, 'An authenticator app was added to your account.')
    return { kind: 'confirmed', codes: await replaceCodes(trx, viewer.id) }
  })
  if (result.kind === 'confirmed') await forgetAttempt(db, [subject])
  return result
}

/** Ten new recovery codes; the ones before them end. They are shown this once. */
export const renewRecoveryCodes = (db: Database, viewer: Viewer, now: Date): Promise<readonly string[]> =>
  writeEvidence(db, async (trx) => {
    await lockPeople(trx, [viewer.id])
    note(trx, viewer, 'recovery-codes-made', now)
    return replaceCodes(trx, viewer.id)
  })

async function replaceCodes(trx: EvidenceTransaction, personId: string): Promise<readonly string[]> {
  const codes = newRecoveryCodes()
  const hashes = await Promise.all(codes.map((code) => recoveryCodeHash(personId, code)))
  await trx.deleteFrom('recovery_codes').where('person_id', '=', personId).execute()
  await trx
    .insertInto('recovery_codes')
    .values(hashes.map((code_hash) => ({ person_id: personId, code_hash })))
    .execute()
  return codes
}

export type Factor = Readonly<{ kind: 'authenticator' } | { kind: 'passkey'; id: string }>

/** Removes a passkey or the app; not the last one of someone whose role needs one. */
export const removeFactor = (
  db: Database,
  viewer: Viewer,
  factor: Factor,
  { isRequired, mail }: Readonly<{ isRequired: boolean; mail: AccountMail }>,
  now: Date,
): Promise<'removed' | 'last' | 'unknown'> =>
  writeEvidence(db, async (trx) => {
    await lockPeople(trx, [viewer.id])
    const { passkeys, has_authenticator } = await findSecondFactors(trx, viewer.id)
    if (isRequired && passkeys + Number(has_authenticator) === 1) return 'last'
    const removed =
      factor.kind === 'passkey'
        ? await trx
            .deleteFrom('passkeys')
            .where('person_id', '=', viewer.id)
            .where('id', '=', factor.id)
            .returning('person_id')
            .executeTakeFirst()
        : await trx
            .deleteFrom('authenticators')
            .where('person_id', '=', viewer.id)
            .returning('person_id')
            .executeTakeFirst()
    if (!removed) return 'unknown'
    await trx
      .updateTable('known_devices')
      .set({ second_factor_until: sql`null` })
      .where('person_id', '=', viewer.id)
      .execute()
    note(trx, viewer, `${factor.kind}-removed`, now)
    await tellOfSignIn(trx, mail, viewer, 'A way to sign in was removed from your account.')
    return 'removed'
  })

const note = (trx: EvidenceTransaction, viewer: Viewer, change: string, now: Date) =>
  trx.record({
    kind: 'account-changed',
    actor_id: viewer.id,
    subject: `person:${viewer.id}`,
    facts: { change },
    at: now,
  })

/** Seals the secrets that an earlier version stored in clear; called at each start. */
export async function sealStoredSecrets(db: Database, dataKey: DataKey): Promise<void> {
  const stored = await db.selectFrom('authenticators').select(['person_id', 'secret']).execute()
  for (const { person_id, secret } of stored)
    if (!isSealed(secret))
      await db
        .updateTable('authenticators')
        .set({ secret: sealSecret(await dataKey(), person_id, secret) })
        .where('person_id', '=', person_id)
        .where('secret', '=', secret)
        .execute()
}
