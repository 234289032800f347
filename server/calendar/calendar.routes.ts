import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { createFeed, dueDatesFile, endFeed, readFeed } from './calendar.actions.ts'
import { type CalendarScope, listFeeds } from './calendar.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Readonly<{ baseUrl: string }> }>

/** Calendars to subscribe to, at secret addresses that their owner can end. */
export async function calendarRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ scope: Type.Union([Type.Literal('own'), Type.Literal('team')]) })

  app.get('/calendar', { config: signedIn }, async (request, reply) => page(reply, viewerOf(request)))

  // Once, for people who don't want to subscribe.
  app.get('/calendar/due-dates.ics', { config: signedIn }, async (request, reply) =>
    reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', 'attachment; filename="training-due.ics"')
      .send(await dueDatesFile(db, viewerOf(request).id, config.baseUrl, clock())),
  )

  app.post('/calendar/:scope', { config: signedIn, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const scope = scopeOf(viewer, request.params.scope)
    const token = await createFeed(db, viewer.id, scope, clock())
    return page(reply, viewer, { scope, address: `${config.baseUrl}/calendar/feeds/${token}.ics` })
  })

  app.post('/calendar/:scope/end', { config: signedIn, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    await endFeed(db, viewer.id, scopeOf(viewer, request.params.scope), clock())
    return reply.redirect('/calendar', 303)
  })

  app.get(
    '/calendar/feeds/:token.ics',
    {
      config: { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: { params: Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{32}$' }) }) },
    },
    async (request, reply) => {
      const { token } = request.params as { token: string }
      const file = (await readFeed(db, token, config.baseUrl, clock())) ?? notFound()
      return reply
        .type('text/calendar; charset=utf-8')
        .header('cache-control', 'private, no-store')
        .send(file)
    },
  )

  async function page(
    reply: FastifyReply,
    viewer: Viewer,
    made: Readonly<{ scope: CalendarScope; address: string }> | null = null,
  ) {
    const feeds = await listFeeds(db, viewer.id)
    const scopes: readonly CalendarScope[] = seesTeam(viewer) ? ['own', 'team'] : ['own']
    return reply.page('calendar/calendar', {
      title: 'Calendar',
      calendars: scopes.map((scope) => ({
        scope,
        ...scopeWords[scope],
        feed: feeds.find((feed) => feed.scope === scope) ?? null,
        address: made?.scope === scope ? made.address : null,
      })),
    })
  }
}

const seesTeam = (viewer: Viewer) => hasRole(viewer, 'supervisor', 'program_admin')

const scopeOf = (viewer: Viewer, scope: CalendarScope): CalendarScope =>
  scope === 'team' && !seesTeam(viewer) ? notFound() : scope

const scopeWords = {
  own: { label: 'Your own dates', about: 'When your training is due, and the sessions you registered for.' },
  team: { label: 'Your team’s dates', about: 'How many people on your team have training due on a day.' },
} as const
