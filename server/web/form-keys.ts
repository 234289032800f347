import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import { AlreadySent, NoFormKey } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where the same form may be sent again and again, because it then changes nothing more. */
    isRepeatable?: boolean
  }
  interface FastifyReply {
    /** The key of the forms on this page. */
    formKey: string | null
  }
  interface FastifyRequest {
    /** What identifies this sending of a form. Null unless this request has claimed it. */
    formUse: string | null
  }
}

type Needs = Readonly<{
  db: Database
  /** Whose form it is. */
  senderOf: (request: FastifyRequest) => string
}>

/**
 * Every page gets a key for its forms when it is sent, and each form works once with it: a double click, a retry or five
 * sends at once have one effect, and the later ones get the first one's answer. A form that was refused, such as for a missing field, has had
 * no effect, so its key still works. Scripts send the key as the header Idempotency-Key.
 */
export const formKeys = fp(async (app: FastifyInstance, { db, senderOf }: Needs) => {
  app.decorateRequest('formUse', null)
  app.decorateReply('formKey', null)

  app.addHook('preValidation', async (request) => {
    if (!isForm(request)) return
    const key = takeKey(request)
    const { isRepeatable, policy } = request.routeOptions.config
    // What a device kept without a connection has one effect everywhere: it may send it again days later.
    if (isRepeatable && request.headers['x-queued'] === undefined) return
    request.formUse = key
    // Public ones are for signing in, or behind a link that works once.
    if (!key && !isRepeatable && policy !== 'public') throw new NoFormKey()
  })

  app.addHook('preHandler', async (request, reply) => {
    const key = request.formUse
    request.formUse = null
    if (!key) return
    const use = useOf(request, senderOf(request), key)
    const earlier = await claim(db, use)
    if (earlier === 'claimed') request.formUse = use
    else if (earlier.location) return reply.redirect(earlier.location, earlier.status)
    else throw new AlreadySent()
  })

  app.addHook('onSend', async (request, reply, payload) => {
    if (request.formUse) await settle(db, request.formUse, reply).catch((error) => request.log.error(error))
    const isHtml = String(reply.getHeader('content-type')).startsWith('text/html')
    if (!isHtml || typeof payload !== 'string') return payload
    reply.formKey = randomUUID()
    return withKeys(payload, request.url, reply.formKey)
  })
})

const isForm = ({ method, routeOptions: { config } }: FastifyRequest): boolean =>
  method === 'POST' && config.policy !== undefined && !config.isFromAnywhere

/** Removes the key from the form, because no schema knows it. */
function takeKey({ headers, query, body }: FastifyRequest): string | null {
  const sent = [headers['idempotency-key']]
  for (const fields of [query, body]) {
    if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, field)) continue
    const named = fields as Record<string, unknown>
    sent.push(named[field] as string)
    delete named[field]
  }
  return sent.flat().find((key) => /^[\w-]{16,64}$/.test(String(key))) ?? null
}

const field = 'form_key'

/** With Back, someone may change a form and send it again. That is another form. */
function useOf(request: FastifyRequest, sender: string, key: string): string {
  const content =
    request.body === undefined ? request.headers['content-length'] : JSON.stringify(request.body)
  const parts = [sender, request.url.split('?', 1)[0], key, content ?? '']
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}

type Earlier = Readonly<{ status: number; location: string | null }>

/** Waits for a sending that is under way. If that was refused, this one has its turn. */
async function claim(db: Database, id: string): Promise<Earlier | 'claimed'> {
  for (let waited = 0; ; waited += pause) {
    const { numAffectedRows } = await sql`
      insert into form_uses (id) values (${id}) on conflict do nothing`.execute(db)
    if (numAffectedRows === 1n) return 'claimed'
    const row = await db
      .selectFrom('form_uses')
      .select(['status', 'location'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row && row.status !== null) return { status: row.status, location: row.location }
    // The process that had it may have died.
    if (row && waited > patience) throw new AlreadySent()
    await wait(pause)
  }
}

const pause = 50
const patience = 10_000

async function settle(db: Database, id: string, reply: FastifyReply): Promise<void> {
  const status = reply.statusCode
  if (status >= 400) {
    await db.deleteFrom('form_uses').where('id', '=', id).execute()
    return
  }
  const location = reply.getHeader('location')
  await db
    .updateTable('form_uses')
    .set({ status, location: location === undefined ? null : String(location) })
    .where('id', '=', id)
    .execute()
}

/** Removes what no browser will send again. */
export const sweepFormKeys = (db: Database): Promise<unknown> =>
  sql`delete from form_uses where used_at < now() - interval '2 days'`.execute(db)

/** The page, with the key in each form that is sent to `url` or elsewhere. */
export const withKeys = (html: string, url: string, key: string): string =>
  html.replaceAll(/<form\b[^>]*>/g, (tag) => {
    if (!tag.includes('method="post"')) return tag
    // The key of a form with files must be known before its body is read, so the files don't tell two such forms apart.
    if (tag.includes('enctype="multipart/form-data"')) return withKeyInAddress(tag, randomUUID(), url)
    return `${tag}<input type="hidden" name="${field}" value="${key}">`
  })

function withKeyInAddress(tag: string, key: string, url: string): string {
  const [, action] = /\baction="([^"]*)"/.exec(tag) ?? []
  const address = action ?? url.split('?', 1)[0]!
  const keyed = `action="${address}${address.includes('?') ? '&amp;' : '?'}${field}=${key}"`
  return action === undefined
    ? tag.replace('<form', `<form ${keyed}`)
    : tag.replace(/\baction="[^"]*"/, keyed)
}
