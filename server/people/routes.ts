import { randomUUID } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { IdentityProvider } from '#server/config.ts'
import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, form, text } from '#server/web/routes.ts'
import type { AccountMail } from './account-emails.ts'
import type { TellOwner } from './account-news.ts'
import { setPassword } from './actions.ts'
import { confirmEmailChange, findEmailChange } from './email-changes.actions.ts'
import { providerOf } from './identity.ts'
import { tokenHash } from './links.ts'
import { workplaceOf } from './navigation.ts'
import { usePaperCode } from './paper-codes.actions.ts'
import { canUsePasskeys, passkeyChallenge, signInWithPasskey } from './passkeys.actions.ts'
import { newPassphrase } from './passphrase.ts'
import { findInvitation } from './queries.ts'
import type { DataKey } from './sealed-secret.ts'
import type { Sessions } from './sessions.ts'
import { findChallenge, type SignedIn, signIn, signInWithCode } from './sign-in.actions.ts'
import { endSession, keepSignIn, keepStep, stepOf, visitOf } from './sign-in-cookies.ts'
import { waitInWords } from './throttling.ts'
import { findUnsentForm } from './unsent-forms.actions.ts'
import { unsentToken } from './unsent-forms.ts'
import { sessionToken } from './viewer.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  mail: AccountMail
  tellOwner: TellOwner
  dataKey: DataKey
  clock: () => Date
  config: Readonly<{
    https: boolean
    baseUrl: string
    sessionHours: number
    identityProviders: readonly IdentityProvider[]
  }>
  /** What this installation is called, and by whom it is run: no password is made of these words. */
  installationWords: () => readonly string[]
}>

/** Signing in and out, and the links that reach people by email. */
export async function peopleRoutes(
  app: App,
  { db, sessions, mail, tellOwner, dataKey, clock, config, installationWords }: Needs,
): Promise<void> {
  const open = { policy: 'public' } as const
  const next = Type.Optional(text(2000))
  const credential = Type.Object({ id: text(1400) }, { additionalProperties: true })
  const tooMany = (seconds: number) => `Too many sign-in attempts. Try again in ${waitInWords(seconds)}.`
  const signInPage = (path: string, name: string, message?: string) => ({
    title: 'Sign in',
    next: path,
    name,
    isUnsentKept: path === '/unsent',
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
      return reply.page('people/sign-in', signInPage(path, unsent?.email ?? ''))
    },
  )

  app.post(
    '/sign-in',
    { config: open, schema: { body: form({ email: text(254), password: text(1024), next }) } },
    async (request, reply) => {
      const path = pathOfOurs(request.body.next) ?? '/'
      const { email: name, password } = request.body
      const result = await signIn(db, sessions, { name, password }, visitOf(request, config), clock())
      switch (result.kind) {
        case 'signed-in':
          return reply.redirect(await start(reply, result, path, sessionToken(request, config.https)), 303)
        case 'second-factor':
          keepStep(reply, result.challengeToken, config)
          return reply.redirect(`/sign-in/second-factor?next=${encodeURIComponent(path)}`, 303)
        case 'throttled':
          reply.status(429).header('retry-after', result.seconds)
          return reply.page('people/sign-in', signInPage(path, name, tooMany(result.seconds)))
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
          return reply.page('people/second-factor', secondFactorPage(path, tooMany(result.seconds)))
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

  const params = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{27}$' }) })
  const linkEnded = { title: 'This link has expired' }

  app.get('/link/:token', { config: open, schema: { params } }, async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer')
    const invitation = await findInvitation(db, tokenHash(request.params.token))
    if (!invitation) return reply.status(410).page('people/link-ended', linkEnded)
    // The link is for someone who has an account already: they sign in to it, and answer the program.
    if (invitation.asked_email) return reply.redirect('/account/record', 303)
    const suggestion = newPassphrase()
    return reply.page('people/set-password', { title: 'Set your password', invitation, suggestion })
  })

  app.post(
    '/link/:token',
    { config: open, schema: { params, body: form({ password: text(1024) }) } },
    async (request, reply) => {
      reply.header('referrer-policy', 'no-referrer')
      const { token } = request.params
      const invitation = await findInvitation(db, tokenHash(token))
      const result = await setPassword(db, token, request.body.password, {
        words: installationWords(),
        tell: tellOwner,
        now: clock(),
      })
      if (result.kind === 'set') return reply.redirect('/sign-in', 303)
      if (result.kind === 'link-ended' || !invitation)
        return reply.status(410).page('people/link-ended', linkEnded)
      return reply.status(422).page('people/set-password', {
        title: 'Set your password',
        invitation,
        suggestion: newPassphrase(),
        errors: [{ field: 'password', message: result.message }],
      })
    },
  )

  const codePage = (name: string, message?: string) => ({
    title: 'Use a one-time code',
    name,
    errors: message ? [{ field: 'code', message }] : [],
  })

  app.get('/sign-in/code', { config: open }, async (_request, reply) =>
    reply.page('people/paper-code', codePage('')),
  )

  app.post(
    '/sign-in/code',
    { config: open, schema: { body: form({ email: text(254), code: text(40) }) } },
    async (request, reply) => {
      const { email: name, code } = request.body
      const result = await usePaperCode(db, { name, code, address: request.ip }, tellOwner, clock())
      switch (result.kind) {
        case 'accepted':
          return reply.redirect(`/link/${result.linkToken}`, 303)
        case 'throttled':
          reply.status(429).header('retry-after', result.seconds)
          return reply.page('people/paper-code', codePage(name, tooMany(result.seconds)))
        case 'not-confirmed':
          return reply
            .status(409)
            .page(
              'people/paper-code',
              codePage(
                name,
                'This code is right, but no second person has confirmed yet that you have it. Ask a supervisor or another administrator, then try again.',
              ),
            )
        case 'refused':
          return reply
            .status(401)
            .page('people/paper-code', codePage(name, 'This code is not right, was used, or has expired.'))
      }
    },
  )

  const forgotPage = (sent: boolean) => ({ title: 'Forgot your password', sent, canMail: Boolean(mail) })

  app.get('/forgot-password', { config: open }, async (_request, reply) =>
    reply.page('people/forgot-password', forgotPage(false)),
  )

  app.post(
    '/forgot-password',
    { config: open, schema: { body: form({ email: text(254) }) } },
    async (request, reply) => {
      // The account is looked up by the job: a known and an unknown email take the same time.
      if (mail) await enqueue(db, 'send-reset-link', { email: request.body.email, key: randomUUID() })
      return reply.page('people/forgot-password', forgotPage(true))
    },
  )

  app.get('/email/:token', { config: open, schema: { params } }, async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer')
    const change = await findEmailChange(db, request.params.token, clock())
    if (!change) return reply.status(410).page('people/link-ended', linkEnded)
    const mustSignIn = change.needs_owner && request.viewer?.id !== change.person_id
    const next = encodeURIComponent(`/email/${request.params.token}`)
    return reply.page('people/email-confirm', { title: 'Confirm your email', change, mustSignIn, next })
  })

  app.post('/email/:token', { config: open, schema: { params } }, async (request, reply) => {
    const viewerId = request.viewer?.id ?? null
    const result = await confirmEmailChange(db, request.params.token, { viewerId, mail }, clock())
    if (result.kind === 'owner-must-sign-in') return reply.redirect(`/email/${request.params.token}`, 303)
    if (result.kind === 'link-ended') return reply.status(410).page('people/link-ended', linkEnded)
    return reply.page('people/email-confirmed', { title: 'Your email has changed', email: result.to })
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
