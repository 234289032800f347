import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { isWebhookEvent, webhookEvents } from './events.ts'
import { deliveryLine, webhookLine } from './webhook-lines.ts'
import { addWebhook, endWebhook, replay } from './webhooks.actions.ts'
import { listDeliveries, listWebhooks } from './webhooks.queries.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ allowsPrivateWebhooks: boolean }>
}>

/** A program's webhooks: where its own software is told of completions, certificates and clearance. */
export async function webhookRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const administrators = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })

  app.get('/programs/:program/webhooks', { config: administrators, schema: { params } }, (request, reply) =>
    page(reply, programOf(viewerOf(request), request.params.program)),
  )

  app.post(
    '/programs/:program/webhooks',
    {
      config: administrators,
      schema: {
        params,
        body: form({
          url: text(2000),
          events: Type.Optional(Type.Union([text(40), Type.Array(text(40), { maxItems: 20 })])),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program_id = programOf(viewer, request.params.program)
      const url = request.body.url.trim()
      const events = [request.body.events ?? []].flat().filter(isWebhookEvent)
      const errors = [
        ...(isReceiver(url)
          ? []
          : [{ field: 'url', message: 'Enter an address such as https://shifts.example.org/hooks.' }]),
        ...(events.length > 0 ? [] : [{ field: 'events', message: 'Choose at least one event.' }]),
      ]
      if (errors.length > 0) return page(reply.status(422), program_id, { url, chosen: events, errors })
      const by = { id: viewer.id, now: clock() }
      return page(reply, program_id, { secret: await addWebhook(db, by, { program_id, url, events }) })
    },
  )

  app.post(
    '/programs/:program/webhooks/:webhook/end',
    {
      config: administrators,
      schema: { params: Type.Object({ program: uuid(), webhook: uuid() }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = programOf(viewer, request.params.program)
      await endWebhook(db, { id: viewer.id, now: clock() }, program, request.params.webhook)
      return reply.redirect(`/programs/${program}/webhooks`, 303)
    },
  )

  app.post(
    '/programs/:program/webhook-deliveries/:delivery/replay',
    {
      config: administrators,
      schema: { params: Type.Object({ program: uuid(), delivery: uuid() }) },
    },
    async (request, reply) => {
      const program = programOf(viewerOf(request), request.params.program)
      await replay(db, program, request.params.delivery)
      return reply.redirect(`/programs/${program}/webhooks`, 303)
    },
  )

  function isReceiver(address: string): boolean {
    if (!URL.canParse(address)) return false
    const { protocol, username, password } = new URL(address)
    if (username || password) return false
    return protocol === 'https:' || (protocol === 'http:' && config.allowsPrivateWebhooks)
  }

  const page = async (reply: FastifyReply, programId: string, more: Record<string, unknown> = {}) =>
    reply.page('notices/webhooks', {
      title: 'Webhooks',
      programId,
      webhooks: (await listWebhooks(db, programId)).map(webhookLine),
      deliveries: (await listDeliveries(db, programId)).map(deliveryLine),
      events: Object.entries(webhookEvents).map(([value, label]) => ({ value, label })),
      secret: null,
      url: '',
      chosen: Object.keys(webhookEvents),
      errors: [],
      ...more,
    })
}

const programOf = (viewer: Viewer, programId: string): string =>
  viewer.administered_program_ids.includes(programId) ? programId : notFound()
