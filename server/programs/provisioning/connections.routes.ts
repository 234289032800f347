import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { tokenPeriods } from './connection-token.ts'
import { createConnection, endConnection, renewConnection } from './connections.actions.ts'
import { listConnections, listHolders } from './connections.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Readonly<{ baseUrl: string }> }>

/** The directories that may provision accounts, each with a token of its own. */
export async function connectionRoutes(app: App, { db, clock, config: { baseUrl } }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const params = Type.Object({ connection: uuid() })
  const acting = (request: FastifyRequest) => ({ viewerId: viewerOf(request).id, now: clock() })

  app.get('/accounts/directories', { config }, async (_request, reply) => page(reply, {}))

  app.post(
    '/accounts/directories',
    {
      config,
      schema: {
        body: form({ label: text(100), domains: text(1000), holder: Type.Optional(text(36)), days: text(4) }),
      },
    },
    async (request, reply) => {
      const { label, days } = request.body
      const domains = request.body.domains
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter(Boolean)
      const holder = (await listHolders(db)).find(({ id }) => id === request.body.holder)
      const errors = [
        ...(label.trim() ? [] : [{ field: 'label', message: 'Write which directory it is.' }]),
        ...(domains.length > 0 && domains.every((one) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(one))
          ? []
          : [{ field: 'domains', message: 'Enter email domains such as example.org.' }]),
        ...(Object.hasOwn(tokenPeriods, days)
          ? []
          : [{ field: 'days', message: 'Choose how long it works.' }]),
      ]
      if (errors.length > 0) return page(reply.status(422), { typed: request.body, errors })
      const made = { label: label.trim(), domains, holder_id: holder?.id ?? null, days: Number(days) }
      return page(reply, { token: await createConnection(db, acting(request), made) })
    },
  )

  app.post(
    '/accounts/directories/:connection/token',
    { config, schema: { params } },
    async (request, reply) => {
      const token = await renewConnection(db, acting(request), request.params.connection, 365)
      return page(reply, { token: token ?? notFound() })
    },
  )

  app.post(
    '/accounts/directories/:connection/end',
    { config, schema: { params } },
    async (request, reply) => {
      if (!(await endConnection(db, acting(request), request.params.connection))) return notFound()
      return reply.redirect('/accounts/directories', 303)
    },
  )

  type More = Readonly<{
    token?: string
    typed?: Readonly<Record<string, string | undefined>>
    errors?: readonly FieldError[]
  }>

  async function page(reply: FastifyReply, { token, typed = {}, errors = [] }: More) {
    const holders = await listHolders(db)
    return reply.page('programs/provisioning/connections', {
      title: 'Directories',
      connections: await listConnections(db, clock()),
      address: `${baseUrl}/scim/v2`,
      token: token ?? null,
      errors,
      fields: [
        {
          name: 'label',
          label: 'Which directory is it?',
          value: typed.label ?? '',
          hint: 'Such as “Entra ID of Example County”',
        },
        {
          name: 'domains',
          label: 'Email domains',
          value: typed.domains ?? '',
          hint: 'It can only provision these, such as example.org',
        },
        {
          name: 'holder',
          label: 'Whose staff is it?',
          type: 'select',
          required: false,
          value: typed.holder ?? '',
          hint: 'When it deactivates someone, their work and roles end here',
          options: [
            { value: '', label: 'Everyone in these domains' },
            ...holders.map(({ id, name }) => ({ value: id, label: `Staff of ${name}` })),
          ],
        },
        {
          name: 'days',
          label: 'How long does the token work?',
          type: 'select',
          value: typed.days ?? '365',
          options: Object.entries(tokenPeriods).map(([value, words]) => ({ value, label: words })),
        },
      ],
    })
  }
}
