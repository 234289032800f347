import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { providerOf } from '#server/people/identity.ts'
import type { IdentityProvider } from '#server/people/identity-providers.ts'
import { workplaceOf } from '#server/people/navigation.ts'
import type { DataKey } from '#server/people/sealed-secret.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { findUnsentForm } from '#server/people/unsent-forms/unsent-forms.actions.ts'
import { unsentToken } from '#server/people/unsent-forms/unsent-forms.ts'
import { sessionToken } from '#server/people/viewer.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { canUsePasskeys, passkeyChallenge, signInWithPasskey } from './passkeys.actions.ts'
import { type SignedIn, signIn, signInWithCode } from './sign-in.actions.ts'
import { findChallenge } from './sign-in-challenges.actions.ts'
import { endSession, keepSignIn, keepStep, stepOf, visitOf } from './sign-in-cookies.ts'
import { tooManyAttempts } from './throttling.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  dataKey: DataKey
  clock: () => Date
  config: Readonly<{
    https: boolean
    baseUrl: string
    sessionHours: number
    identityProviders: readonly IdentityProvider[]
  }>
}>

/** Signing in, with a second factor or a passkey where there is one, and out. */
export async function signInRoutes(app: App, { db, sessions, dataKey, clock, config }: Needs): Promise<void> {
  const open = { policy: 'public' } as const
  const next = Type.Optional(text(2000))
  const credential = Type.Object({ id: text(1400) }, { additionalProperties: true })
  const signInPage = (path: string, name: string, message?: string) => ({
    title: 'Sign in',
    next: path,
    name,
    isUnsentKept: path === '/unsent',
    hasEnded: false,
    passkeys: canUsePasskeys(config),
    providers: config.identityProviders,
    found: null as IdentityProvider | null,
    errors: message ? [{ field: 'email', message }] : [],
  })

  app.get(
    '/sign-in',
    { config: open, schema: { querystring: Type.Object({ next }) } },
    async (request, reply) => {
      const path = pathOfOurs(request.query.next) ?? '/'
      if (request.viewer) return reply.redirect(path, 303)
      const token = path === '/unsent' ? unsentToken(request, config) : null
      const unsent = token ? await findUnsentForm(db, token) : null
      const session = sessionToken(request, config.https)
      const hasEnded = session !== undefined && (await sessions.findEnded(session)) !== null
      return reply.page('people/sign-in', { ...signInPage(path, unsent?.email ?? ''), hasEnded })
    },
  )

  app.post(
    '/sign-in',
    { config: open, schema: { body: form({ email: text(254), password: text(1024), next }) } },
    async (request, reply) => {
      const path = pathOfOurs(request.body.next) ?? '/'
      const { email: name, password } = request.body
      const missing = [
        ...(name.trim() ? [] : [{ field: 'email', message: 'Enter your email or employee ID.' }]),
        ...(password ? [] : [{ field: 'password', message: 'Enter your password.' }]),
      ]
      if (missing.length > 0)
        return reply.status(422).page('people/sign-in', { ...signInPage(path, name), errors: missing })
      const result = await signIn(db, sessions, { name, password }, visitOf(request, config), clock())
      switch (result.kind) {
        case 'signed-in':
          return reply.redirect(await start(reply, result, path, sessionToken(request, config.https)), 303)
        case 'second-factor':
          keepStep(reply, result.challengeToken, config)
          return reply.redirect(`/sign-in/second-factor?next=${encodeURIComponent(path)}`, 303)
        case 'throttled':
          reply.status(429).header('retry-after', result.seconds)
          return reply.page('people/sign-in', signInPage(path, name, tooManyAttempts(result.seconds)))
        case 'refused':
          return reply
            .status(401)
            .page('people/sign-in', signInPage(path, name, 'The email or password is incorrect.'))
      }
    },
  )

  app.post(
    '/sign-in/discovery',
    { config: open, schema: { body: form({ email: text(254), password: Type.Optional(text(1024)), next }) } },
    async (request, reply) => {
      const path = pathOfOurs(request.body.next) ?? '/'
      const email = request.body.email.trim()
      const found = providerOf(config.identityProviders, email)
      if (found) return reply.page('people/sign-in', { ...signInPage(path, email), found })
      const message = 'No single sign-on is set up for this email. Sign in with your password.'
      return reply.status(422).page('people/sign-in', signInPage(path, email, message))
    },
  )

  app.get(
    '/sign-in/second-factor',
    { config: open, schema: { querystring: Type.Object({ next }) } },
    async (request, reply) => {
      const path = pathOfOurs(request.query.next) ?? '/'
      const person = await findChallenge(db, stepOf(request, config), 'second-factor')
      if (!person) return reply.redirect(`/sign-in?next=${encodeURIComponent(path)}`, 303)
      return reply.page('people/second-factor', secondFactorPage(path))
    },
  )

  app.post(
    '/sign-in/second-factor',
    { config: open, schema: { body: form({ code: text(40), remember: Type.Optional(text(5)), next }) } },
    async (request, reply) => {
      const path = pathOfOurs(request.body.next) ?? '/'
      const { code, remember } = request.body
      const given = { challengeToken: stepOf(request, config), code, remember: remember === 'yes' }
      const result = await signInWithCode(db, sessions, given, visitOf(request, config), dataKey, clock())
      switch (result.kind) {
        case 'signed-in':
          return reply.redirect(await start(reply, result, path, sessionToken(request, config.https)), 303)
        case 'challenge-ended':
          return reply.redirect(`/sign-in?next=${encodeURIComponent(path)}`, 303)
        case 'throttled':
          reply.status(429).header('retry-after', result.seconds)
          return reply.page('people/second-factor', secondFactorPage(path, tooManyAttempts(result.seconds)))
        case 'wrong':
          return reply
            .status(401)
            .page(
              'people/second-factor',
              secondFactorPage(path, 'This code is not right, or was used before.'),
            )
      }
    },
  )

  app.post('/sign-in/passkey/challenge', { config: open }, async (_request, reply) => {
    const { options, token } = await passkeyChallenge(db, config)
    keepStep(reply, token, config)
    return options
  })

  app.post(
    '/sign-in/passkey',
    { config: open, schema: { body: Type.Object({ response: credential, next }) } },
    async (request, reply) => {
      // The rest of its shape is checked where its signature is.
      const given = {
        challengeToken: stepOf(request, config),
        response: request.body.response as unknown as AuthenticationResponseJSON,
      }
      const result = await signInWithPasskey(db, sessions, config, given, visitOf(request, config), clock())
      if (result.kind === 'refused')
        return reply.status(401).send({ message: 'This passkey didn’t work here.' })
      const path = pathOfOurs(request.body.next) ?? '/'
      return { location: await start(reply, result, path, sessionToken(request, config.https)) }
    },
  )

  app.post('/sign-out', { config: open }, async (request, reply) => {
    const token = sessionToken(request, config.https)
    if (token) await sessions.end(token)
    endSession(reply, config)
    reply.header('clear-site-data', '"cache", "storage"')
    return reply.redirect('/sign-in', 303)
  })

  /** Starts the session in the browser, ends the one that was there, and answers where the person goes. */
  async function start(reply: FastifyReply, signedIn: SignedIn, path: string, old: string | undefined) {
    if (old) await sessions.end(old)
    keepSignIn(reply, signedIn, config)
    const viewer = path === '/' ? await sessions.viewer(signedIn.token) : null
    return viewer ? workplaceOf(viewer) : path
  }

  function secondFactorPage(path: string, message?: string) {
    return {
      title: 'Confirm that it’s you',
      next: path,
      passkeys: canUsePasskeys(config),
      errors: message ? [{ field: 'code', message }] : [],
    }
  }
}
