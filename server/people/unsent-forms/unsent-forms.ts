import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Database } from '#server/db/connection.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { sessionToken } from '#server/people/viewer.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { mostChecked, partsOf } from '#server/web/upload.ts'
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
    const token = request.method === 'POST' ? sessionToken(request, config.https) : undefined
    // Before the form is read: files that no one may send aren’t taken in.
    const personId = token ? await sessions.findEnded(token) : null
    const isKept = personId && (await keepForm(db, request, reply, { personId, config }))
    const next = isKept ? '/unsent' : pageOf(request)
    const address = `/sign-in?next=${encodeURIComponent(next)}`
    // htmx would put the sign-in page into the middle of this one.
    if (request.headers['hx-request']) return reply.header('hx-redirect', address).send('')
    return reply.redirect(address, 303)
  })
})

/** Keeps what was typed for its sender to send later. False where it may not be kept, such as a password. */
export async function keepForm(
  db: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  { personId, config }: Readonly<{ personId: string; config: Readonly<{ https: boolean }> }>,
): Promise<boolean> {
  const sent = await contentOf(request)
  if (!mayBeKept(sent.fields, sent.files)) return false
  const form = { action: withoutKey(request.url), page: pageOf(request), ...sent }
  rememberUnsent(reply, await keepUnsentForm(db, personId, form), config)
  return true
}

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

type Fields = readonly (readonly [name: string, value: string])[]

const mostCharacters = 1_000_000

/** A password or code is typed again: it is never kept, not even sealed. With files, a code is a course's. */
const mayBeKept = (fields: Fields, files: readonly string[] | null) =>
  !fields.some(([name]) => (files ? /password|passphrase/ : /password|passphrase|code/).test(name)) &&
  fields.reduce((sum, [, value]) => sum + value.length, 0) <= mostCharacters

async function contentOf(request: FastifyRequest) {
  return request.isMultipart() ? await textsOf(request) : { fields: fieldsOf(request.body), files: null }
}

/** The page to send it from gives the form a key of its own. */
const fieldsOf = (body: unknown): Fields =>
  Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== 'form_key')
    .flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)] as const))

/** What was typed in a form with files, and in which fields files were chosen. */
async function textsOf(request: FastifyRequest) {
  const fields: (readonly [string, string])[] = []
  const files: string[] = []
  for await (const part of partsOf(request, { files: 100, fileSize: 1, fields: 40 + mostChecked })) {
    if (part.type === 'field') fields.push([part.fieldname, String(part.value)])
    else {
      // The next field comes after this file.
      part.file.resume()
      if (part.filename) files.push(part.fieldname)
    }
  }
  return { fields, files }
}

/** The key of a form with files is in its address. */
function withoutKey(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://here.invalid')
  searchParams.delete('form_key')
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}
