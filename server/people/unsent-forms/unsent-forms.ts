import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Database } from '#server/db/connection.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { sessionToken } from '#server/people/viewer.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { keepUnsentForm } from './unsent-forms.actions.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  config: Readonly<{ https: boolean }>
}>

/** A form that arrives after the session has ended is kept until its sender has signed in again. Its handler never runs. */
export const unsentForms = fp(async (app: FastifyInstance, { db, sessions, config }: Needs) => {
  app.addHook('preValidation', async (request, reply) => {
    if (!request.isSessionEnded) return
    const token = sessionToken(request, config.https)
    const fields = fieldsOf(request.body)
    // A password or code is typed again: it is never kept, not even sealed.
    const isSecret = fields.some(([name]) => /password|passphrase|code/.test(name))
    const personId = token && !isSecret ? await sessions.findEnded(token) : null
    if (personId)
      rememberUnsent(
        reply,
        await keepUnsentForm(db, personId, {
          action: request.url,
          page: pageOf(request),
          fields,
        }),
        config,
      )
    const next = personId ? '/unsent' : pageOf(request)
    const address = `/sign-in?next=${encodeURIComponent(next)}`
    // htmx would put the sign-in page into the middle of this one.
    if (request.headers['hx-request']) return reply.header('hx-redirect', address).send('')
    return reply.redirect(address, 303)
  })
})

const options = (https: boolean) => ({ path: '/', httpOnly: true, sameSite: 'lax', secure: https }) as const
const cookieName = (https: boolean) => (https ? '__Host-unsent' : 'unsent')

function rememberUnsent(reply: FastifyReply, token: string, { https }: { https: boolean }): void {
  reply.setCookie(cookieName(https), token, { ...options(https), maxAge: 3600 })
}

export function forgetUnsent(reply: FastifyReply, { https }: { https: boolean }): void {
  reply.clearCookie(cookieName(https), options(https))
}

export function unsentToken(request: FastifyRequest, { https }: { https: boolean }): string | null {
  const token = request.cookies[cookieName(https)]
  return token && /^[A-Za-z0-9_-]{43}$/.test(token) ? token : null
}

/** The page that a form was on, as its browser says. */
function pageOf(request: FastifyRequest): string {
  const { referer } = request.headers
  if (!referer || !URL.canParse(referer)) return '/'
  const { pathname, search } = new URL(referer)
  return pathOfOurs(pathname + search) ?? '/'
}

/** The page to send it from gives the form a key of its own. */
const fieldsOf = (body: unknown): readonly (readonly [string, string])[] =>
  Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== 'form_key')
    .flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)] as const))
