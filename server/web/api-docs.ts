import swagger from '@fastify/swagger'
import fp from 'fastify-plugin'
import type { App } from './routes.ts'

type Schema = Readonly<{
  type?: string
  description?: string
  properties?: Readonly<Record<string, Schema>>
  items?: Schema
  anyOf?: readonly Schema[]
  const?: unknown
  enum?: readonly unknown[]
}>
type Parameter = Readonly<{
  name: string
  in: string
  required?: boolean
  description?: string
  schema: Schema
}>
type Operation = Readonly<{
  summary?: string
  description?: string
  parameters?: readonly Parameter[]
  security?: readonly Readonly<Record<string, unknown>>[]
  responses: Readonly<
    Record<string, { description?: string; content?: Readonly<Record<string, { schema: Schema }>> }>
  >
}>

type Described = Readonly<{
  baseUrl: string
  /** What this service sends, as OpenAPI 3.1 describes webhooks. */
  webhooks: Readonly<Record<string, unknown>>
}>

/** Collects the tagged routes into an OpenAPI description. Register it before them. */
export const apiDescription = fp(async (app: App, { baseUrl, webhooks }: Described) => {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Safe Harbor Training',
        version: '1',
        description: 'The API of this installation.',
      },
      servers: [{ url: baseUrl }],
      ...({ webhooks } as object),
      components: { securitySchemes: { program: { type: 'http', scheme: 'bearer' } } },
    },
  })
})

/** The API description as JSON and as a page. */
export async function apiDocs(app: App): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 120, timeWindow: '1 minute' } } as const

  app.get('/api/openapi.json', { config: open }, async (_request, reply) =>
    reply
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(app.swagger()),
  )

  app.get('/api/docs', { config: open }, async (_request, reply) => {
    const { paths = {}, servers = [] } = app.swagger() as unknown as {
      paths?: Record<string, Record<string, Operation>>
      servers?: readonly { url: string }[]
    }
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        summary: operation.summary ?? '',
        description: operation.description ?? '',
        needsToken: (operation.security ?? []).length > 0,
        parameters: (operation.parameters ?? []).map((one) => ({
          ...one,
          isRequired: one.required ?? false,
        })),
        answers: answersOf(operation),
      })),
    )
    return reply.page('web/api', { title: 'API for developers', operations, site: servers[0]?.url ?? '' })
  })
}

/** Responses grouped by schema, each with its statuses and their meanings. */
function answersOf({ responses }: Operation) {
  const byFields = Object.groupBy(Object.entries(responses), ([, response]) =>
    JSON.stringify({ ...schemaOf(response), description: '' }),
  )
  return Object.values(byFields).flatMap((alike = []) => {
    const schema = schemaOf(alike[0]?.[1] ?? {})
    const meanings = alike.flatMap(([status, { description }]) =>
      description && description !== 'Default Response' ? [{ status, says: description }] : [],
    )
    return schema
      ? [{ status: alike.map(([status]) => status).join(', '), meanings, lines: linesOf(schema) }]
      : []
  })
}

const schemaOf = ({ content = {} }: Operation['responses'][string]) => Object.values(content)[0]?.schema

/** Each field of a response with its type; nested fields follow their object. */
function linesOf(
  schema: Schema,
  name = '',
  depth = 0,
): { name: string; kind: string; says: string; depth: number }[] {
  const whole = schema.anyOf?.find(({ properties }) => properties) ?? schema
  const own = name ? [{ name, kind: kindOf(schema), says: schema.description ?? textOf(schema), depth }] : []
  const inner = whole.properties ?? whole.items?.properties ?? {}
  const next = name ? depth + 1 : depth
  return [...own, ...Object.entries(inner).flatMap(([key, child]) => linesOf(child, key, next))]
}

const textOf = (schema: Schema) => schema.anyOf?.find(({ description }) => description)?.description ?? ''

function kindOf(schema: Schema): string {
  const words = schema.anyOf?.flatMap((one) => (one.const === undefined ? [] : [String(one.const)])) ?? []
  if (words.length > 0) return words.join(', ')
  if (schema.enum) return schema.enum.join(', ')
  const kinds = schema.anyOf?.map(({ type }) => type ?? '') ?? [schema.type ?? '']
  return kinds.map((kind) => (kind === 'null' ? 'or null' : kind === 'array' ? 'list' : kind)).join(' ')
}
