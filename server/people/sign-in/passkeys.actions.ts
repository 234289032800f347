import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { type AccountMail, tellOfSignIn } from '#server/people/account-emails.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { finishSignIn, type SignedIn, type Visit } from './sign-in.actions.ts'
import { newChallenge, takeChallenge } from './sign-in-challenges.actions.ts'
import { noteSignIn } from './sign-in-log.actions.ts'

/** The site that a passkey belongs to. */
export type Site = Readonly<{ baseUrl: string; issuerName: string }>

/** Loaded when first needed: it takes 10 MB. */
const webauthn = () => import('@simplewebauthn/server')

const hostOf = ({ baseUrl }: Pick<Site, 'baseUrl'>) => new URL(baseUrl).hostname

/** A browser makes no passkey for an address without a name. */
export const canUsePasskeys = (site: Pick<Site, 'baseUrl'>): boolean => !/^[\d.]+$|^\[/.test(hostOf(site))

/** What the browser needs to make a passkey, and the token of the challenge. */
export async function passkeyRegistration(db: Database, viewer: Viewer, site: Site) {
  const passkeys = await db
    .selectFrom('passkeys')
    .select(['id', 'transports'])
    .where('person_id', '=', viewer.id)
    .execute()
  const { generateRegistrationOptions } = await webauthn()
  const options = await generateRegistrationOptions({
    rpName: site.issuerName,
    rpID: hostOf(site),
    userID: new TextEncoder().encode(viewer.id),
    userName: viewer.email ?? viewer.name,
    userDisplayName: viewer.name,
    excludeCredentials: passkeys,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  const token = await newChallenge(db, 'passkey-registration', viewer.id, options.challenge)
  return { options, token }
}

/** Stores a passkey that the browser has made. */
export async function addPasskey(
  db: Database,
  viewer: Viewer,
  site: Site,
  made: Readonly<{
    challengeToken: string
    response: RegistrationResponseJSON
    name: string
    mail: AccountMail
  }>,
  now: Date,
): Promise<'added' | 'refused'> {
  const challenge = await takeChallenge(db, made.challengeToken, 'passkey-registration')
  if (challenge?.person_id !== viewer.id) return 'refused'
  const { verifyRegistrationResponse } = await webauthn()
  const verified = await verifyRegistrationResponse({
    response: made.response,
    expectedChallenge: challenge.challenge,
    expectedOrigin: site.baseUrl,
    expectedRPID: hostOf(site),
  }).catch(() => null)
  if (!verified?.verified) return 'refused'
  const { credential } = verified.registrationInfo
  return writeEvidence(db, async (trx) => {
    const added = await trx
      .insertInto('passkeys')
      .values({
        id: credential.id,
        person_id: viewer.id,
        public_key: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: [...(credential.transports ?? [])],
        name: made.name,
        created_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!added) return 'refused'
    trx.record({
      kind: 'account-changed',
      actor_id: viewer.id,
      subject: `person:${viewer.id}`,
      facts: { change: 'passkey-added', name: made.name },
      at: now,
    })
    await tellOfSignIn(trx, made.mail, viewer, 'A passkey was added to your account.')
    return 'added'
  })
}

/** Any passkey of this site: the browser offers those that it has. */
export async function passkeyChallenge(db: Database, site: Pick<Site, 'baseUrl'>) {
  const { generateAuthenticationOptions } = await webauthn()
  const options = await generateAuthenticationOptions({ rpID: hostOf(site), userVerification: 'required' })
  const token = await newChallenge(db, 'passkey-sign-in', null, options.challenge)
  return { options, token }
}

/** A passkey that its owner unlocked proves both what they have and who they are: no second step is asked. */
export async function signInWithPasskey(
  db: Database,
  sessions: Sessions,
  site: Pick<Site, 'baseUrl'>,
  given: Readonly<{ challengeToken: string; response: AuthenticationResponseJSON }>,
  visit: Visit,
  now: Date,
): Promise<SignedIn | { kind: 'refused' }> {
  const challenge = await takeChallenge(db, given.challengeToken, 'passkey-sign-in')
  const passkey = await db
    .selectFrom('passkeys')
    .innerJoin('people', 'people.id', 'passkeys.person_id')
    .select(['passkeys.id', 'person_id', 'public_key', 'counter'])
    .where('passkeys.id', '=', given.response.id)
    .where('people.disabled_at', 'is', null)
    .executeTakeFirst()
  if (!challenge || !passkey) return { kind: 'refused' }
  const { id, counter } = passkey
  const { verifyAuthenticationResponse } = await webauthn()
  const verified = await verifyAuthenticationResponse({
    response: given.response,
    expectedChallenge: challenge.challenge,
    expectedOrigin: site.baseUrl,
    expectedRPID: hostOf(site),
    credential: { id, counter, publicKey: new Uint8Array(passkey.public_key) },
  }).catch(() => null)
  if (!verified?.verified) {
    await noteSignIn(db, { ...visit, personId: passkey.person_id, how: 'passkey', isAccepted: false }, now)
    return { kind: 'refused' }
  }
  await db
    .updateTable('passkeys')
    .set({ counter: verified.authenticationInfo.newCounter, last_used_at: now })
    .where('id', '=', id)
    .execute()
  return finishSignIn(db, sessions, { personId: passkey.person_id, how: 'passkey' }, visit, now)
}
