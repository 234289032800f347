import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { RawBuilder } from 'kysely'
import type { Day } from '#server/lib/days.ts'
import { notFound } from '#server/web/errors.ts'
import type { WaitingItem } from '#server/web/views.ts'
import type { Look } from './actions.ts'
import { lookedAt } from './looks.ts'
import {
  type Grant,
  grantsInUse,
  isAllowed,
  mustSetUpSecondFactor,
  type Policy,
  type Viewer,
} from './roles.ts'
import type { Sessions } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when no one is signed in; use `viewerOf` where the route’s policy requires a person. */
    viewer: Viewer | null
    /** What the route reads in the session's own statement; null unless someone is signed in. */
    alongside: unknown
    /** False until we know who is asking; it stays false where they can't be looked up. */
    isViewerKnown: boolean
    /** A form, or htmx's request for a part of a page, arrived without the session it needs: its handler doesn't run. */
    isSessionEnded: boolean
    /** What waits for the viewer, by the page that begins with it. Null where no page asks. */
    waiting: Readonly<Record<string, readonly WaitingItem[]>> | null
  }
  interface FastifyContextConfig {
    policy?: Policy
    /**
     * What a much-used route reads in the session's own statement, as JSON about the row `viewer`. The parameters are not
     * validated yet. Null where they can't be an address.
     */
    alongside?: (params: Readonly<Record<string, string>>) => RawBuilder<unknown> | null
  }
}

/** Signed in, for routes whose policy says so. */
export function viewerOf(request: FastifyRequest): Viewer {
  return request.viewer ?? notFound()
}

export const sessionCookie = (https: boolean) => (https ? '__Host-sid' : 'sid')

/** The session's token in a request, as the cookie carries it. */
export const sessionToken = (request: FastifyRequest, https: boolean): string | undefined =>
  request.cookies[sessionCookie(https)]

/** Where someone whose role needs a second factor sets one up, before any other page. */
export const secondFactorAddress = '/account/second-factor'

/** Sets `request.viewer`, once in a request. */
export const recognizeBy =
  (sessions: Sessions, https: boolean) =>
  async (request: FastifyRequest): Promise<void> => {
    if (request.isViewerKnown) return
    const token = sessionToken(request, https)
    const read = request.routeOptions.config?.alongside?.(request.params as Record<string, string>)
    if (token && read) {
      const found = await sessions.viewerWith(token, read)
      request.viewer = found?.viewer ?? null
      request.alongside = found?.alongside ?? null
    } else request.viewer = token ? await sessions.viewer(token) : null
    request.isViewerKnown = true
  }

/**
 * Holds each route to its policy. A route without a policy stops the start; a viewer without the role sees the same page
 * as for an address that does not exist.
 */
export const viewerHook = fp(
  async (
    app: FastifyInstance,
    {
      recognize,
      requiresSecondFactor,
      today,
      noteUse,
      noteLook,
    }: {
      recognize: (request: FastifyRequest) => Promise<void>
      requiresSecondFactor: boolean
      today: () => Day
      /** Keeps the day on which a role was last used. */
      noteUse: (grants: readonly Grant[], on: Day) => Promise<void>
      /** Keeps who opened a page about someone else. */
      noteLook: (look: Look) => Promise<void>
    },
  ) => {
    app.decorateRequest('viewer', null)
    app.decorateRequest('alongside', null)
    app.decorateRequest('isViewerKnown', false)
    app.decorateRequest('isSessionEnded', false)
    app.decorateRequest('waiting', null)
    refuseOpenRoutes(app)
    app.addHook('onRequest', async (request, reply) => {
      const policy = request.routeOptions.config.policy
      if (!policy || policy === 'asset') return
      await recognize(request)
      const { viewer } = request
      if (requiresSecondFactor && viewer && policy !== 'public' && mustSetUpSecondFactor(viewer))
        if (!request.url.startsWith(secondFactorAddress)) return reply.redirect(secondFactorAddress, 303)
      if (isAllowed(policy, viewer)) {
        const { program } = (request.params ?? {}) as { program?: string }
        const used = viewer ? grantsInUse(viewer, policy, program, today()) : []
        if (used.length > 0) await noteUse(used, today())
        return
      }
      if (viewer) return notFound()
      if (isFormOnPage(request) || isPartOfPage(request)) {
        request.isSessionEnded = true
        return
      }
      const next = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : ''
      return reply.redirect(`/sign-in${next}`, 303)
    })
    // Before the page is sent: what isn't written down isn't shown.
    app.addHook('onSend', async ({ method, viewer, params, routeOptions }, { statusCode }, payload) => {
      const { person } = (params ?? {}) as { person?: string }
      const what = lookedAt(routeOptions.url ?? '')
      if (method === 'GET' && statusCode === 200 && viewer && person && what && person !== viewer.id)
        await noteLook({ personId: person, lookedBy: viewer.id, what })
      return payload
    })
  },
)

/** A route that declares no policy would be open to everyone: the service doesn't start with one. */
function refuseOpenRoutes(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  app.addHook('onReady', async () => {
    const open = routes.filter((route) => !route.config?.policy)
    if (open.length > 0)
      throw new Error(
        `These routes declare no policy: ${open.map(({ method, url }) => `${method} ${url}`).join(', ')}.`,
      )
  })
}

/** A redirect would put the sign-in page into the page that asks. */
const isPartOfPage = ({ method, headers }: FastifyRequest) =>
  method === 'GET' && headers['hx-request'] === 'true'

/** A form that a person sent from a page, by itself or with htmx, as opposed to what a script or a machine sends. */
const isFormOnPage = ({ method, headers }: FastifyRequest) =>
  method === 'POST' &&
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(headers['content-type'] ?? '') &&
  headers.referer !== undefined
