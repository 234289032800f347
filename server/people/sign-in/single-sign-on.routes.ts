import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import type { IdentityProvider } from '#server/people/identity-providers.ts'
import { workplaceOf } from '#server/people/navigation.ts'
import { findSecondFactors } from '#server/people/queries.ts'
import type { TellOfRole } from '#server/people/role-news.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { notFound } from '#server/web/errors.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, text } from '#server/web/routes.ts'
import { finishSignIn } from './sign-in.actions.ts'
import { newChallenge } from './sign-in-challenges.actions.ts'
import { keepSignIn, keepStep, stepOf, visitOf } from './sign-in-cookies.ts'
import { finishSingleSignOn, startSingleSignOn } from './single-sign-on.actions.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  tellOwner: TellOwner
  tellOfRole: TellOfRole
  clock: () => Date
  config: Readonly<{
    https: boolean
    baseUrl: string
    sessionHours: number
    identityProviders: readonly IdentityProvider[]
  }>
}>

/** Signing in at another place, by OpenID Connect: the authorization code flow with PKCE. */
export async function singleSignOnRoutes(
  app: App,
  { db, sessions, tellOwner, tellOfRole, clock, config }: Needs,
): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } } as const
  const params = Type.Object({ provider: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) })
  const providerOf = (id: string) => config.identityProviders.find((one) => one.id === id) ?? notFound()
  const callback = (provider: IdentityProvider) => `${config.baseUrl}/sign-in/with/${provider.id}/callback`

  app.get(
    '/sign-in/with/:provider',
    {
      config: open,
      schema: {
        params,
        querystring: Type.Object({ next: Type.Optional(text(2000)), email: Type.Optional(text(254)) }),
      },
    },
    async (request, reply) => {
      const provider = providerOf(request.params.provider)
      const next = pathOfOurs(request.query.next) ?? '/'
      const started = await startSingleSignOn(db, provider, callback(provider), {
        next,
        email: request.query.email ?? null,
      }).catch((error) => {
        request.log.error(error)
        return null
      })
      if (!started) return reply.status(502).page('people/single-sign-on-failed', failedPage(provider, false))
      keepStep(reply, started.challengeToken, config)
      return reply.redirect(started.address, 303)
    },
  )

  app.get(
    '/sign-in/with/:provider/callback',
    { config: open, schema: { params } },
    async (request, reply) => {
      const provider = providerOf(request.params.provider)
      const url = new URL(request.url, config.baseUrl)
      const came = { challengeToken: stepOf(request, config), url }
      const result = await finishSingleSignOn(db, provider, came, { tellOwner, tellOfRole }, clock())
      if (result.kind !== 'person')
        return reply
          .status(401)
          .page('people/single-sign-on-failed', failedPage(provider, result.kind === 'no-account'))
      const factors = await findSecondFactors(db, result.personId)
      if (!provider.has_second_factor && (factors.passkeys > 0 || factors.has_authenticator)) {
        keepStep(reply, await newChallenge(db, 'second-factor', result.personId), config)
        return reply.redirect(`/sign-in/second-factor?next=${encodeURIComponent(result.next)}`, 303)
      }
      const proof = { personId: result.personId, how: 'single-sign-on' } as const
      const signedIn = await finishSignIn(db, sessions, proof, visitOf(request, config), clock())
      keepSignIn(reply, signedIn, config)
      const viewer = result.next === '/' ? await sessions.viewer(signedIn.token) : null
      return reply.redirect(viewer ? workplaceOf(viewer) : result.next, 303)
    },
  )
}

const failedPage = ({ name }: IdentityProvider, hasNoAccount: boolean) => ({
  title: 'You are not signed in',
  provider: name,
  hasNoAccount,
})
