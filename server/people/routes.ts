import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { Mail } from '#server/lib/mail.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { setPassword, signIn } from './actions.ts'
import { tokenHash } from './links.ts'
import { workplaceOf } from './navigation.ts'
import { findAccountByEmail, findInvitation } from './queries.ts'
import { roleNames } from './roles.ts'
import type { Sessions } from './sessions.ts'
import { sessionCookie, sessionToken, viewerOf } from './viewer.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  mail: Mail
  /** Sends a link to set a new password; notices are written in a room above. */
  notifyReset: (personId: string) => Promise<void>
  clock: () => Date
  config: Readonly<{ https: boolean; baseUrl: string; sessionHours: number }>
}>

export async function peopleRoutes(
  app: App,
  { db, sessions, mail, notifyReset, clock, config }: Needs,
): Promise<void> {
  const cookie = sessionCookie(config.https)
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure: config.https } as const

  app.get(
    '/sign-in',
    {
      config: { policy: 'public' },
      schema: { querystring: Type.Object({ next: Type.Optional(text(2000)) }) },
    },
    async (request, reply) => {
      const next = pathOfOurs(request.query.next) ?? '/'
      if (request.viewer) return reply.redirect(next, 303)
      return reply.page('people/sign-in', { title: 'Sign in', next, email: '', canMail: Boolean(mail) })
    },
  )

  app.post(
    '/sign-in',
    {
      config: { policy: 'public' },
      schema: { body: form({ email: text(254), password: text(1024), next: Type.Optional(text(2000)) }) },
    },
    async (request, reply) => {
      const next = pathOfOurs(request.body.next) ?? '/'
      const old = sessionToken(request, config.https)
      const result = await signIn(db, sessions, request.body, request.ip, clock())
      if (result.kind === 'signed-in') {
        if (old) await sessions.end(old)
        reply.setCookie(cookie, result.token, { ...cookieOptions, maxAge: config.sessionHours * 3600 })
        const viewer = next === '/' ? await sessions.viewer(result.token) : null
        return reply.redirect(viewer ? workplaceOf(viewer) : next, 303)
      }
      const problem =
        result.kind === 'slowed'
          ? `There were many tries with this email or from this place. Wait ${inWords(result.seconds)}, then try again.`
          : 'That email and password do not go together. Check both, and try again.'
      return reply.status(result.kind === 'slowed' ? 429 : 401).page('people/sign-in', {
        title: 'Sign in',
        next,
        email: request.body.email,
        errors: [{ field: 'email', message: problem }],
        canMail: Boolean(mail),
      })
    },
  )

  app.post('/sign-out', { config: { policy: 'public' } }, async (request, reply) => {
    const token = sessionToken(request, config.https)
    if (token) await sessions.end(token)
    reply.clearCookie(cookie, cookieOptions)
    reply.header('clear-site-data', '"cache"')
    return reply.redirect('/sign-in', 303)
  })

  const tokenParams = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{27}$' }) })

  app.get(
    '/link/:token',
    { config: { policy: 'public' }, schema: { params: tokenParams } },
    async (request, reply) => {
      reply.header('referrer-policy', 'no-referrer')
      const invitation = await findInvitation(db, tokenHash(request.params.token))
      if (!invitation) return reply.status(410).page('people/link-ended', { title: 'This link has ended' })
      return reply.page('people/set-password', { title: 'Set your password', invitation })
    },
  )

  app.post(
    '/link/:token',
    {
      config: { policy: 'public' },
      schema: { params: tokenParams, body: form({ password: text(1024), again: text(1024) }) },
    },
    async (request, reply) => {
      reply.header('referrer-policy', 'no-referrer')
      const invitation = await findInvitation(db, tokenHash(request.params.token))
      const result = await setPassword(db, request.params.token, request.body)
      if (result.kind === 'set') return reply.redirect('/sign-in', 303)
      if (result.kind === 'link-ended' || !invitation)
        return reply.status(410).page('people/link-ended', { title: 'This link has ended' })
      return reply.status(422).page('people/set-password', {
        title: 'Set your password',
        invitation,
        errors: [{ field: result.field, message: result.message }],
      })
    },
  )

  app.get('/forgot-password', { config: { policy: 'public' } }, async (_request, reply) =>
    reply.page('people/forgot-password', {
      title: 'Forgot your password',
      sent: false,
      canMail: Boolean(mail),
    }),
  )

  app.post(
    '/forgot-password',
    { config: { policy: 'public' }, schema: { body: form({ email: text(254) }) } },
    async (request, reply) => {
      // Answered before the account is looked up: a known and an unknown email take the same time.
      if (mail) queueMicrotask(() => sendReset(request.body.email).catch((error) => request.log.error(error)))
      return reply.page('people/forgot-password', {
        title: 'Forgot your password',
        sent: true,
        canMail: Boolean(mail),
      })
    },
  )

  async function sendReset(email: string): Promise<void> {
    const account = await findAccountByEmail(db, email)
    if (account && !account.disabled_at) await notifyReset(account.id)
  }

  app.get('/account', { config: { policy: 'signed-in' } }, async (request, reply) => {
    const viewer = viewerOf(request)
    return reply.page('people/account', {
      title: 'Your account',
      roles: viewer.grants.map((grant) => roleNames[grant.role]),
      open: await sessions.list(viewer.id),
    })
  })

  app.post(
    '/account/sessions/:handle/end',
    { config: { policy: 'signed-in' }, schema: { params: Type.Object({ handle: uuid() }) } },
    async (request, reply) => {
      await sessions.endByHandle(viewerOf(request).id, request.params.handle)
      return reply.redirect('/account', 303)
    },
  )
}

const inWords = (seconds: number) =>
  seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
