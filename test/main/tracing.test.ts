import { createServer, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLink } from '#server/people/actions.ts'
import { startTracing } from '#server/web/tracing.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

type Attributes = readonly Readonly<{ key: string; value: Readonly<Record<string, unknown>> }>[]
type TraceSpan = Readonly<{
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: Attributes
}>

// A collector, as far as it takes to receive OTLP/HTTP in JSON.
const received: { path: string; body: string }[] = []
const collector = createServer(async (request, response) => {
  received.push({ path: request.url ?? '', body: await textOf(request) })
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})
const before = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as { port: number }
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`
})
afterAll(() => {
  if (before === undefined) delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  else process.env.OTEL_EXPORTER_OTLP_ENDPOINT = before
  collector.close()
})

test('a collector gets a request with its code and statements, and no name, token or certificate code', async () => {
  const tracing = startTracing({ version: '1.2.3' })
  const world = await aWorld({ tracing })
  const { db } = world
  const ada = await personId(db, 'ada@northstar.example')
  const { token, facts } = await db
    .selectFrom('certificates')
    .select(['token', 'facts'])
    .executeTakeFirstOrThrow()
  const { person_name } = facts as { person_name: string }
  const link = await createLink(db, ada, 'reset', null)
  const visitor = world.visitor()
  const verified = await visitor.get(`/verify/${token}`)
  await visitor.get(`/link/${link}`)
  await visitor.get(`/no-such-page/${token}`)
  await visitor.post('/sign-in', { email: 'ada@northstar.example', password: 'not her password' })
  await tracing.close()

  const spans = received
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => JSON.parse(body).resourceSpans as { scopeSpans: { spans: TraceSpan[] }[] }[])
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  const request = spans.find(
    ({ attributes }) => textIn(attributes, 'request.id') === verified.headers['x-request-id'],
  )!
  expect(request).toMatchObject({ name: 'GET /verify/:token' })
  const statements = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId)
  expect(statements.length).toBeGreaterThan(0)
  for (const { traceId, attributes } of statements) {
    expect(traceId).toBe(request.traceId)
    expect(textIn(attributes, 'db.system.name')).toBe('postgresql')
  }
  const everything = JSON.stringify(received)
  for (const secret of [token, link, person_name, 'ada@northstar.example', 'not her password', ada])
    expect(everything).not.toContain(secret)
  const metrics = received.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body)
  expect(metrics.join()).toContain('http.server.request.duration')
})

const textIn = (attributes: Attributes, key: string) =>
  attributes.find((one) => one.key === key)?.value.stringValue

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
