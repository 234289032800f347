import { createServer } from 'node:http'

type Attributes = readonly Readonly<{ key: string; value: Readonly<Record<string, unknown>> }>[]
export type TraceSpan = Readonly<{
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: Attributes
}>

/** A collector, as far as it takes to receive OTLP over HTTP in JSON. */
export async function aCollector() {
  const received: { path: string; body: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString() })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    spans: () =>
      received
        .filter(({ path }) => path === '/v1/traces')
        .flatMap(({ body }) => JSON.parse(body).resourceSpans as { scopeSpans: { spans: TraceSpan[] }[] }[])
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    close: () => server.close(),
  }
}

export const textIn = (attributes: Attributes, key: string) =>
  attributes.find((one) => one.key === key)?.value.stringValue
