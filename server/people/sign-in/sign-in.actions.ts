import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { newToken } from '#server/people/links.ts'
import { checkPassword } from '#server/people/passwords.ts'
import { findAccountBySignInName, findSecondFactors } from '#server/people/queries.ts'
import { type DataKey, openSecret } from '#server/people/sealed-secret.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { type AttemptSubject, countAttempt, forgetAttempt, sweepAttempts } from './attempts.actions.ts'
import { earlierRecoveryCodeHash, recoveryCodeHash, stepOfCode } from './authenticator.ts'
import { findChallenge, newChallenge, takeChallenge } from './sign-in-challenges.actions.ts'
import { noteRefusal, noteSignIn, type SignInWay, sweepSignInLog } from './sign-in-log.actions.ts'

/** Where a sign-in comes from. */
export type Visit = Readonly<{
  address: string
  /** "Firefox on Windows" */
  device: string
  /** The token in the device's own cookie, where it has one. */
  deviceToken: string | undefined
}>

export type SignedIn = Readonly<{ kind: 'signed-in'; token: string; deviceToken: string }>

type SignInResult =
  | SignedIn
  | { kind: 'second-factor'; challengeToken: string }
  | { kind: 'refused' }
  | { kind: 'throttled'; seconds: number }

/** An unknown name, a wrong password and a suspended account get the same answer in the same time. */
export async function signIn(
  db: Database,
  sessions: Sessions,
  form: Readonly<{ name: string; password: string }>,
  visit: Visit,
  now: Date,
): Promise<SignInResult> {
  const account = await findAccountBySignInName(db, form.name)
  const known = await findKnown(db, account?.id, visit)
  const subjects = subjectsOf(form.name, account?.id, known, visit)
  const seconds = await countAttempt(db, subjects, now)
  if (seconds > 0) return { kind: 'throttled', seconds }
  const isRight = await checkPassword(account?.password_hash, form.password)
  if (!account || !isRight || account.disabled_at) {
    await noteRefusal(db, account?.id ?? null, visit, subjects, now)
    return { kind: 'refused' }
  }
  await forgetAttempt(db, subjects)
  const factors = await findSecondFactors(db, account.id)
  const isAsked = factors.passkeys > 0 || factors.has_authenticator
  if (!isAsked || (known.second_factor_until ?? now) > now)
    return finishSignIn(db, sessions, { personId: account.id, how: 'password' }, visit, now)
  return { kind: 'second-factor', challengeToken: await newChallenge(db, 'second-factor', account.id) }
}

type Known = Readonly<{ isDevice: boolean; isPlace: boolean; second_factor_until: Date | null }>

/** Whether this person has signed in from this device, and from this address, before. */
async function findKnown(db: Database, personId: string | undefined, visit: Visit): Promise<Known> {
  const { rows } = await sql<{ isDevice: boolean; isPlace: boolean; second_factor_until: Date | null }>`
    select d.person_id is not null as "isDevice", d.second_factor_until,
      exists (select from known_places p where p.person_id = ${personId ?? null}::uuid
        and p.place_hash = ${placeHash(visit.address)}) as "isPlace"
    from (select 1) one
    left join known_devices d on d.person_id = ${personId ?? null}::uuid
      and d.token_hash = ${deviceHash(visit.deviceToken ?? '')}`.execute(db)
  return rows[0] ?? { isDevice: false, isPlace: false, second_factor_until: null }
}

function subjectsOf(
  name: string,
  personId: string | undefined,
  known: Known,
  { address, deviceToken }: Visit,
): readonly AttemptSubject[] {
  if (known.isDevice) return [{ kind: 'device', value: `${personId} ${deviceToken}` }]
  if (known.isPlace) return [{ kind: 'place', value: `${personId} ${address}` }]
  return [
    { kind: 'account', value: personId ?? name.trim().toLowerCase() },
    { kind: 'address', value: address },
  ]
}

const placeHash = (address: string) => createHash('sha256').update(`place:${address}`).digest('hex')
const deviceHash = (token: string) => createHash('sha256').update(`device:${token}`).digest('hex')

type Proof = Readonly<{ personId: string; how: SignInWay; secondFactorUntil?: Date | null }>

/** Writes the sign-in down, starts the session, and remembers the device and the address for the next time. */
export async function finishSignIn(
  db: Database,
  sessions: Sessions,
  { personId, how, secondFactorUntil = null }: Proof,
  visit: Visit,
  now: Date,
): Promise<SignedIn> {
  await noteSignIn(db, { ...visit, personId, how, isAccepted: true }, now)
  const deviceToken = visit.deviceToken ?? newToken()
  await db
    .insertInto('known_devices')
    .values({
      person_id: personId,
      token_hash: deviceHash(deviceToken),
      device: visit.device,
      last_used_at: now,
      second_factor_until: secondFactorUntil,
    })
    .onConflict((conflict) =>
      conflict.columns(['person_id', 'token_hash']).doUpdateSet({
        device: visit.device,
        last_used_at: now,
        second_factor_until: sql`coalesce(excluded.second_factor_until, known_devices.second_factor_until)`,
      }),
    )
    .execute()
  await db
    .insertInto('known_places')
    .values({ person_id: personId, place_hash: placeHash(visit.address), last_used_at: now })
    .onConflict((conflict) =>
      conflict.columns(['person_id', 'place_hash']).doUpdateSet({ last_used_at: now }),
    )
    .execute()
  return { kind: 'signed-in', token: await sessions.create(personId, visit.device), deviceToken }
}

type CodeResult =
  | SignedIn
  | { kind: 'challenge-ended' }
  | { kind: 'wrong' }
  | { kind: 'throttled'; seconds: number }

const rememberedDays = 30

/** The second step: a code of the authenticator app, or one of the recovery codes. */
export async function signInWithCode(
  db: Database,
  sessions: Sessions,
  form: Readonly<{ challengeToken: string; code: string; remember: boolean }>,
  visit: Visit,
  dataKey: DataKey,
  now: Date,
): Promise<CodeResult> {
  const person = await findChallenge(db, form.challengeToken, 'second-factor')
  if (!person) return { kind: 'challenge-ended' }
  const subject = { kind: 'code', value: person.id } as const
  const seconds = await countAttempt(db, [subject], now)
  if (seconds > 0) return { kind: 'throttled', seconds }
  const how = (await useAuthenticatorCode(db, person.id, form.code, dataKey, now))
    ? 'code'
    : (await useRecoveryCode(db, person.id, form.code, now))
      ? 'recovery-code'
      : null
  if (!how) {
    await noteSignIn(db, { ...visit, personId: person.id, how: 'code', isAccepted: false }, now)
    return { kind: 'wrong' }
  }
  await forgetAttempt(db, [subject])
  if (!(await takeChallenge(db, form.challengeToken, 'second-factor'))) return { kind: 'challenge-ended' }
  const until = form.remember ? new Date(now.getTime() + rememberedDays * 86_400_000) : null
  return finishSignIn(db, sessions, { personId: person.id, how, secondFactorUntil: until }, visit, now)
}

/** True for a right code of the confirmed app. Its time step is stored in the same statement, so it works once. */
async function useAuthenticatorCode(
  db: Database,
  personId: string,
  code: string,
  dataKey: DataKey,
  now: Date,
): Promise<boolean> {
  const app = await db
    .selectFrom('authenticators')
    .select(['secret', 'last_step'])
    .where('person_id', '=', personId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  const secret = app && openSecret(await dataKey(), personId, app.secret)
  const step = secret ? await stepOfCode(secret, app.last_step, code, now) : null
  if (!step) return false
  const used = await db
    .updateTable('authenticators')
    .set({ last_step: step })
    .where('person_id', '=', personId)
    .where('last_step', '<', step)
    .returning('person_id')
    .executeTakeFirst()
  return Boolean(used)
}

async function useRecoveryCode(db: Database, personId: string, code: string, now: Date): Promise<boolean> {
  const hashes = [await recoveryCodeHash(personId, code), earlierRecoveryCodeHash(personId, code)]
  const used = await db
    .updateTable('recovery_codes')
    .set({ used_at: now })
    .where('person_id', '=', personId)
    .where('code_hash', 'in', hashes)
    .where('used_at', 'is', null)
    .returning('person_id')
    .executeTakeFirst()
  return Boolean(used)
}

/** Whether this session's owner gave the password again. */
export type Confirmation = { kind: 'confirmed' } | { kind: 'wrong' } | { kind: 'throttled'; seconds: number }

/** The password again, before a change that asks for it; limited like a sign-in. */
export async function confirmPassword(
  db: Database,
  sessions: Sessions,
  viewer: Readonly<{ id: string }>,
  given: Readonly<{ token: string; password: string; address: string }>,
  now: Date,
): Promise<Confirmation> {
  const subjects: readonly AttemptSubject[] = [
    { kind: 'confirmation', value: viewer.id },
    { kind: 'confirmations', value: given.address },
  ]
  const seconds = await countAttempt(db, subjects, now)
  if (seconds > 0) return { kind: 'throttled', seconds }
  const account = await db
    .selectFrom('people')
    .select('password_hash')
    .where('id', '=', viewer.id)
    .executeTakeFirst()
  if (!(await checkPassword(account?.password_hash, given.password))) return { kind: 'wrong' }
  await forgetAttempt(db, subjects)
  await sessions.confirm(given.token)
  return { kind: 'confirmed' }
}

/** Forgets what no longer matters: ended sessions, old attempts, devices and addresses not used for half a year. */
export async function sweepPeople(db: Database, sessions: Sessions): Promise<void> {
  await sessions.sweep()
  await db.deleteFrom('unsent_forms').where('expires_at', '<=', sql<Date>`now()`).execute()
  await sweepAttempts(db)
  await sweepSignInLog(db)
  await db.deleteFrom('sign_in_challenges').where('expires_at', '<', sql<Date>`now()`).execute()
  const old = sql<Date>`now() - interval '180 days'`
  await db.deleteFrom('known_devices').where('last_used_at', '<', old).execute()
  await db.deleteFrom('known_places').where('last_used_at', '<', old).execute()
}
