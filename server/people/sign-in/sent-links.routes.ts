import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { setPassword } from '#server/people/actions.ts'
import { confirmEmailChange, findEmailChange } from '#server/people/email-changes.actions.ts'
import { tokenHash } from '#server/people/links.ts'
import { newPassphrase } from '#server/people/passphrase.ts'
import { findInvitation } from '#server/people/queries.ts'
import { type App, form, text } from '#server/web/routes.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  tellOwner: TellOwner
  clock: () => Date
  /** What this installation is called, and by whom it is run: no password is made of these words. */
  installationWords: () => readonly string[]
}>

/** The links that reach people by email or on paper: to set a password, and to confirm a new email. */
export async function sentLinkRoutes(
  app: App,
  { db, mail, tellOwner, clock, installationWords }: Needs,
): Promise<void> {
  const open = { policy: 'public' } as const
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
}
