import { createPrivateKey } from 'node:crypto'
import { sql } from 'kysely'
import * as openid from 'openid-client'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { isPersonNamed } from '#server/people/accounts-of.queries.ts'
import { providerSource } from '#server/people/directory-source.ts'
import { applyGroupRoles } from '#server/people/group-roles.actions.ts'
import { type Claims, linkableEmail, readGroups } from '#server/people/identity.ts'
import type { IdentityProvider } from '#server/people/identity-providers.ts'
import { findAccountByEmail, lockPeople } from '#server/people/queries.ts'
import type { TellOfRole } from '#server/people/role-news.ts'
import { newChallenge, takeChallenge } from './sign-in-challenges.actions.ts'

const known = new Map<string, Promise<openid.Configuration>>()

/** What the provider publishes about itself, asked once. A failure is asked again the next time. */
function configurationOf(provider: IdentityProvider): Promise<openid.Configuration> {
  const key = `${provider.issuer} ${provider.client_id}`
  const found = known.get(key) ?? discover(provider)
  known.set(key, found)
  found.catch(() => known.delete(key))
  return found
}

async function discover(provider: IdentityProvider): Promise<openid.Configuration> {
  const { issuer, client_id, client_secret, private_key } = provider
  const proof = private_key
    ? openid.PrivateKeyJwt(await importKey(private_key))
    : openid.ClientSecretBasic(client_secret)
  // The settings allow http on loopback alone.
  const execute = issuer.startsWith('http:') ? [openid.allowInsecureRequests] : []
  return openid.discovery(new URL(issuer), client_id, undefined, proof, { execute })
}

function importKey(pem: string): Promise<CryptoKey> {
  const bytes = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return crypto.subtle.importKey('pkcs8', new Uint8Array(bytes), algorithm, false, ['sign'])
}

type Started = Readonly<{ address: string; challengeToken: string }>

type Pending = Readonly<{ provider: string; verifier: string; state: string; nonce: string; next: string }>

/** Where the browser goes to sign in, and the token of what must come back. */
export async function startSingleSignOn(
  db: Database,
  provider: IdentityProvider,
  redirectUri: string,
  { next, email }: Readonly<{ next: string; email: string | null }>,
): Promise<Started> {
  const configuration = await configurationOf(provider)
  const pending: Pending = {
    provider: provider.id,
    verifier: openid.randomPKCECodeVerifier(),
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    next,
  }
  const address = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: provider.scope ?? 'openid email profile',
    ...(provider.acr_values ? { acr_values: provider.acr_values } : {}),
    ...(email ? { login_hint: email } : {}),
    code_challenge: await openid.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    state: pending.state,
    nonce: pending.nonce,
  })
  const challengeToken = await newChallenge(db, 'single-sign-on', null, JSON.stringify(pending))
  return { address: address.href, challengeToken }
}

type SingleSignOnResult =
  | { kind: 'person'; personId: string; next: string }
  | { kind: 'no-account' }
  | { kind: 'failed' }

/** Reads what the provider answers, and finds whose account it is. */
export async function finishSingleSignOn(
  db: Database,
  provider: IdentityProvider,
  came: Readonly<{ challengeToken: string; url: URL }>,
  telling: Readonly<{ tellOwner: TellOwner; tellOfRole: TellOfRole }>,
  now: Date,
): Promise<SingleSignOnResult> {
  const challenge = await takeChallenge(db, came.challengeToken, 'single-sign-on')
  const pending = challenge && (JSON.parse(challenge.challenge) as Pending)
  if (!pending || pending.provider !== provider.id) return { kind: 'failed' }
  const configuration = await configurationOf(provider)
  const claim = provider.groups_claim ?? 'groups'
  const claims = await readClaims(configuration, came.url, pending, claim).catch(() => null)
  if (!claims) return { kind: 'failed' }
  const personId = await findOrLink(db, provider, claims, telling.tellOwner, now)
  const groups = readGroups(claims[claim])
  // A provider that says nothing of groups changes no role.
  if (personId && groups)
    await writeEvidence(db, async (trx) => {
      await lockPeople(trx, [personId])
      await applyGroupRoles(
        trx,
        { source: providerSource(provider.id), personId, groups },
        { ...telling, now },
      )
    })
  return personId ? { kind: 'person', personId, next: pending.next } : { kind: 'no-account' }
}

async function readClaims(
  configuration: openid.Configuration,
  url: URL,
  pending: Pending,
  groupsClaim: string,
): Promise<Claims> {
  const tokens = await openid.authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: pending.verifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims) throw new Error('The provider sent no ID token.')
  if (claims.email !== undefined && claims[groupsClaim] !== undefined) return claims
  if (!configuration.serverMetadata().userinfo_endpoint) return claims
  const info = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub)
  return { ...claims, ...info, sub: claims.sub }
}

/**
 * The account that the provider's subject is linked to; or links the one whose email the provider has verified, once.
 * An account that is linked to another subject of this provider is never taken over.
 */
function findOrLink(
  db: Database,
  provider: IdentityProvider,
  claims: Claims,
  tell: TellOwner,
  now: Date,
): Promise<string | null> {
  return writeEvidence(db, async (trx) => {
    const linked = await trx
      .selectFrom('sign_in_subjects')
      .innerJoin('people as named', 'named.id', 'sign_in_subjects.person_id')
      .innerJoin('people as p', (join) => join.on(isPersonNamed))
      .select(['p.id', 'p.disabled_at'])
      .where('issuer', '=', provider.issuer)
      .where('subject', '=', claims.sub)
      .executeTakeFirst()
    if (linked) return linked.disabled_at ? null : linked.id
    const email = linkableEmail(claims, provider.domains)
    if (!email) return null
    const person = await findAccountByEmail(trx, email)
    if (!person || person.disabled_at) return null
    await lockPeople(trx, [person.id])
    // Linked to the account that has the email, also if it was merged: taken apart again, each keeps its own way in.
    const named = await trx
      .selectFrom('people')
      .select('id')
      .where('email', '=', email.trim().toLowerCase())
      .executeTakeFirstOrThrow()
    const link = await trx
      .insertInto('sign_in_subjects')
      .values({ issuer: provider.issuer, subject: claims.sub, person_id: named.id, linked_at: sql`${now}` })
      .onConflict((conflict) => conflict.doNothing())
      .returning('person_id')
      .executeTakeFirst()
    if (!link) return null
    trx.record({
      kind: 'account-changed',
      actor_id: person.id,
      subject: `person:${person.id}`,
      facts: { change: 'single-sign-on-linked', issuer: provider.issuer },
      at: now,
    })
    await tell(trx, person.id, { what: 'provider-linked', by: null, key: `${provider.issuer} ${claims.sub}` })
    return person.id
  })
}
