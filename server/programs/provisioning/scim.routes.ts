import type { FastifyRequest } from 'fastify'
import type { Database } from '#server/db/connection.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { type Allowed, limitApi } from '#server/web/request-limits.ts'
import type { App } from '#server/web/routes.ts'
import { useConnectionToken } from './connections.actions.ts'
import type { Connection } from './connections.queries.ts'
import { filterInLowerCase, scim } from './scim-resources.ts'
import { isPublished, publishedSchemas } from './scim-schemas.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The directory that asks, on the addresses of SCIM. */
    scimConnection: Connection | null
  }
}

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ baseUrl: string; api: Allowed }>
  afterChange: AfterChange
  tellOwner: TellOwner
}>

const root = '/scim/v2'
const type = 'application/scim+json; charset=utf-8'

/**
 * SCIM 2.0 (RFC 7644): a directory creates, changes and deactivates accounts. It proves itself by a token of its own, not
 * by a cookie, so it may ask from anywhere.
 */
export async function scimRoutes(app: App, needs: Needs): Promise<void> {
  const { db, clock, config: site } = needs
  const { User, Group, Schema, ResourceType, ServiceProviderConfig } = scim.Resources
  const kinds = { Users: User, Groups: Group } as const
  const config = { policy: 'public', isFromAnywhere: true } as const
  for (const resource of [User, Group, Schema, ResourceType, ServiceProviderConfig])
    resource.basepath(`${site.baseUrl}${root}`)

  app.decorateRequest('scimConnection', null)
  // A first synchronization asks for thousands of people, one by one.
  app.addHook('onRequest', limitApi(app, { ...site.api, perAccount: site.api.perAddress }))
  app.addHook('onRequest', async (request, reply) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    if (scheme?.toLowerCase() === 'bearer' && token)
      request.scimConnection = await useConnectionToken(db, token, request.ip, clock())
    if (!request.scimConnection)
      return reply
        .status(401)
        .header('www-authenticate', 'Bearer')
        .type(type)
        .send(errorBody(401, 'Send the token of a directory: Authorization: Bearer …'))
  })
  app.addContentTypeParser(
    'application/scim+json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'error'),
  )
  app.setErrorHandler(
    (error: Error & { status?: number; statusCode?: number; scimType?: string }, request, reply) => {
      const status = Number(error.status ?? error.statusCode ?? 500)
      if (status >= 500) request.log.error(error)
      const detail = status >= 500 ? 'Something went wrong on our side.' : error.message
      return reply
        .status(status)
        .type(type)
        .send(
          errorBody(
            status,
            detail,
            error.scimType ?? (error.statusCode === 400 ? 'invalidSyntax' : undefined),
          ),
        )
    },
  )

  for (const [name, Resource] of Object.entries(kinds)) {
    app.get(`${root}/${name}`, { config }, async (request, reply) => {
      const options = listOptions(request.query as Query)
      return reply
        .type(type)
        .send(pageOf(await new Resource(options as never).read(contextOf(request)), options))
    })
    app.post(`${root}/${name}`, { config }, async (request, reply) => {
      const made = (await new Resource(attributesOf(request)).write(
        request.body as never,
        contextOf(request),
      )) as Made
      return reply.status(201).header('location', made.meta.location).type(type).send(made)
    })
    app.get(`${root}/${name}/:id`, { config }, async (request, reply) =>
      reply
        .type(type)
        .send(await new Resource(idOf(request), attributesOf(request)).read(contextOf(request))),
    )
    app.put(`${root}/${name}/:id`, { config }, async (request, reply) => {
      const resource = new Resource(idOf(request), attributesOf(request))
      return reply.type(type).send(await resource.write(request.body as never, contextOf(request)))
    })
    app.patch(`${root}/${name}/:id`, { config }, async (request, reply) => {
      const resource = new Resource(idOf(request), attributesOf(request))
      const patched = await resource.patch(request.body as never, contextOf(request))
      return patched ? reply.type(type).send(patched) : reply.status(204).send()
    })
    app.delete(`${root}/${name}/:id`, { config }, async (request, reply) => {
      await new Resource(idOf(request)).dispose(contextOf(request))
      return reply.status(204).send()
    })
    app.post(`${root}/${name}/.search`, { config }, async (request, reply) =>
      reply.type(type).send(await searchOf(request).apply([Resource] as never, contextOf(request))),
    )
  }
  app.post(`${root}/.search`, { config }, async (request, reply) =>
    reply.type(type).send(await searchOf(request).apply([User, Group] as never, contextOf(request))),
  )

  app.get(`${root}/ServiceProviderConfig`, { config }, async (_request, reply) =>
    reply.type(type).send(await new ServiceProviderConfig().read()),
  )
  for (const [name, Resource] of Object.entries({ Schemas: Schema, ResourceTypes: ResourceType })) {
    app.get(`${root}/${name}`, { config }, async (_request, reply) =>
      reply.type(type).send(publishedSchemas(await new Resource().read())),
    )
    app.get(`${root}/${name}/:id`, { config }, async (request, reply) => {
      const id = idOf(request)
      if (!isPublished(id))
        return reply
          .status(404)
          .type(type)
          .send(errorBody(404, `Resource ${id} not found`))
      return reply.type(type).send(publishedSchemas(await new Resource(id).read()))
    })
  }
  // Anything else under this address is answered in the same form.
  app.all(`${root}/*`, { config }, async (_request, reply) =>
    reply.status(404).type(type).send(errorBody(404, 'There is no such endpoint.')),
  )

  const contextOf = (request: FastifyRequest) => ({
    db,
    connection: request.scimConnection,
    afterChange: needs.afterChange,
    tellOwner: needs.tellOwner,
    now: clock(),
  })
}

type Query = Readonly<Record<string, string | undefined>>
type Made = Readonly<{ meta: { location: string } }>

const idOf = (request: FastifyRequest) => (request.params as { id: string }).id

const attributesOf = (request: FastifyRequest) => shownOf(request.query as Query) as never

/** Which attributes an answer shows. What a resource is, is always among them (RFC 7643, section 3). */
function shownOf({ attributes, excludedAttributes }: Query) {
  const excluded = excludedAttributes?.split(',').filter((name) => !['schemas', 'id'].includes(name.trim()))
  return {
    ...(attributes ? { attributes: `${attributes},schemas` } : {}),
    ...(excluded && excluded.length > 0 ? { excludedAttributes: excluded.join(',') } : {}),
  }
}

/** A search that is sent as a message (RFC 7644, section 3.4.3). */
function searchOf(request: FastifyRequest) {
  const { filter, attributes, excludedAttributes, ...rest } = request.body as {
    filter?: string
    attributes?: readonly string[]
    excludedAttributes?: readonly string[]
  }
  const shown = shownOf({
    attributes: attributes?.join(','),
    excludedAttributes: excludedAttributes?.join(','),
  })
  return new scim.Messages.SearchRequest({
    ...rest,
    ...(filter ? { filter: filterInLowerCase(filter) } : {}),
    ...Object.fromEntries(Object.entries(shown).map(([name, text]) => [name, text.split(',')])),
  } as never)
}

const mostOfAPage = 200

function listOptions({
  filter,
  sortBy,
  sortOrder,
  startIndex,
  count,
  attributes,
  excludedAttributes,
}: Query) {
  const number = (text: string | undefined, fallback: number) =>
    text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : fallback
  return {
    ...(filter ? { filter: filterInLowerCase(filter) } : {}),
    ...(sortBy ? { sortBy } : {}),
    ...(sortOrder ? { sortOrder } : {}),
    ...shownOf({ attributes, excludedAttributes }),
    startIndex: Math.max(1, number(startIndex, 1)),
    count: Math.min(mostOfAPage, Math.max(0, number(count, 100))),
  }
}

type List = { Resources: unknown[]; totalResults: number; itemsPerPage: number }

/** Past the last one there is nothing, and a page holds as many as it holds. */
function pageOf(answer: unknown, { startIndex }: { startIndex: number }): List {
  const list = answer as List
  if (startIndex > list.totalResults) list.Resources = []
  list.itemsPerPage = list.Resources.length
  return list
}

const errorBody = (status: number, detail: string, scimType?: string) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  ...(scimType ? { scimType } : {}),
  detail,
})
