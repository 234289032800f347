import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { hasRole } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, uuid } from '#server/web/routes.ts'
import { markRead, preferencesOf, savePreferences, unsubscribe } from './actions.ts'
import { wordsOf } from './kinds.ts'
import { frequencies, noticesPage } from './notices-page.ts'
import { findNoticeOf, listNotices } from './queries.ts'

/** A person's messages, and how they want to get them. */
export async function noticeRoutes(app: App, { db }: Readonly<{ db: Database }>): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ notice: uuid() })

  app.get('/notices', { config: signedIn }, async (request, reply) => {
    const viewer = viewerOf(request)
    const seesUndelivered = hasRole(viewer, 'supervisor', 'program_admin', 'system_admin')
    const page = noticesPage(await listNotices(db, viewer.id, 200))
    return reply.page('notices/notices', {
      ...page,
      seesUndelivered,
      isSupervisor: hasRole(viewer, 'supervisor'),
    })
  })

  // Where an email leads. No GET changes anything, so the message stays unread.
  app.get('/notices/:notice', { config: signedIn, schema: { params } }, async (request, reply) => {
    const notice = (await findNoticeOf(db, viewerOf(request).id, request.params.notice)) ?? notFound()
    return reply.redirect(wordsOf(notice)?.action.path ?? '/notices')
  })

  // Reads a message and leads to where the thing is done.
  app.post('/notices/:notice/reading', { config: signedIn, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const notice = (await findNoticeOf(db, viewer.id, request.params.notice)) ?? notFound()
    await markRead(db, viewer.id, notice.id)
    return reply.redirect(wordsOf(notice)?.action.path ?? '/notices', 303)
  })

  app.post('/notices/reading', { config: signedIn }, async (request, reply) => {
    await markRead(db, viewerOf(request).id, null)
    return reply.redirect('/notices', 303)
  })

  app.get('/notices/preferences', { config: signedIn }, async (request, reply) => {
    const preferences = await preferencesOf(db, viewerOf(request).id)
    return reply.page('notices/preferences', { title: 'Email preferences', preferences, frequencies })
  })

  app.post(
    '/notices/preferences',
    {
      config: signedIn,
      schema: {
        body: form({
          frequency: Type.Union([Type.Literal('at-once'), Type.Literal('daily'), Type.Literal('never')]),
          discreet: Type.Optional(Type.Literal('yes')),
        }),
      },
    },
    async (request, reply) => {
      const { frequency, discreet } = request.body
      await savePreferences(db, viewerOf(request).id, { frequency, is_discreet: discreet === 'yes' })
      return reply.redirect('/notices', 303)
    },
  )

  const token = { params: Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{27}$' }) }) }

  // A mail scanner opens every link: only the button, or the mailbox's own one-click, unsubscribes.
  app.get('/notices/unsubscribe/:token', { config: { policy: 'public' }, schema: token }, (_, reply) =>
    reply.page('notices/unsubscribe', { title: 'Stop optional email', isDone: false, robots: 'noindex' }),
  )

  app.post(
    '/notices/unsubscribe/:token',
    { config: { policy: 'public', isFromAnywhere: true }, schema: token },
    async (request, reply) => {
      if (!(await unsubscribe(db, request.params.token))) return notFound()
      return reply.page('notices/unsubscribe', {
        title: 'Optional email is off',
        isDone: true,
        robots: 'noindex',
      })
    },
  )
}
