import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Histogram,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { KyselyPlugin, QueryId, RootOperationNode } from 'kysely'
import type { App } from './routes.ts'

export type Tracing = Readonly<{
  /** Registered before all other plugins. */
  requests: (app: App) => Promise<void>
  /** The same handlers of jobs, each run of one with a span of its own. */
  jobs: <Handlers extends JobFunctions>(handlers: Handlers) => Handlers
  /** For the database of the service. */
  statements: KyselyPlugin
  /** Sends what is left. */
  close: () => Promise<void>
}>

type JobFunctions = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>

/**
 * OpenTelemetry traces and metrics, sent by OTLP over HTTP to OTEL_EXPORTER_OTLP_ENDPOINT. Spans name routes, statements'
 * tables and the request's code, never an address, a parameter or whose request it is: addresses hold secrets.
 */
export function startTracing({ version }: Readonly<{ version: string }>): Tracing {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'safe-harbor-training', 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }))
  const traces = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  const metrics = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })],
  })
  const tracer = traces.getTracer('safe-harbor-training', version)
  const meter = metrics.getMeter('safe-harbor-training', version)
  const seconds = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  })
  const jobSeconds = meter.createHistogram('job.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.01, 0.1, 0.5, 1, 5, 10, 60, 300, 1800] },
  })

  const tracing: Started = { tracer, current: new AsyncLocalStorage<Span>() }
  return {
    requests: tracedRequests(tracing, seconds),
    jobs: (handlers) => tracedJobs(tracing, jobSeconds, handlers),
    statements: tracedStatements(tracing),
    close: async () => {
      await Promise.allSettled([traces.shutdown(), metrics.shutdown()])
    },
  }
}

type Started = Readonly<{ tracer: Tracer; current: AsyncLocalStorage<Span> }>

/** A span for each request, from its arrival to its answer. */
function tracedRequests({ tracer, current }: Started, seconds: Histogram): Tracing['requests'] {
  const begun = (request: FastifyRequest) => {
    const { method } = request
    const route = request.routeOptions.url
    const parent = new W3CTraceContextPropagator().extract(ROOT_CONTEXT, request.headers, fromHeaders)
    const attributes = { 'http.request.method': method, 'request.id': request.id }
    const options = {
      kind: SpanKind.SERVER,
      attributes: { ...attributes, ...(route ? { 'http.route': route } : {}) },
    }
    return tracer.startSpan(route ? `${method} ${route}` : method, options, parent)
  }
  const answered = (span: Span, request: FastifyRequest, reply: FastifyReply) => {
    const attributes = {
      'http.request.method': request.method,
      'http.response.status_code': reply.statusCode,
      ...(request.routeOptions.url ? { 'http.route': request.routeOptions.url } : {}),
    }
    span.setAttributes(attributes)
    if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    seconds.record(reply.elapsedTime / 1000, attributes)
  }
  return fp(async (app: App) => {
    const spans = new WeakMap<FastifyRequest, Span>()
    app.addHook('onRequest', (request, _reply, done) => {
      const span = begun(request)
      spans.set(request, span)
      // What the request does from here on, its statements among it, belongs to this span.
      current.run(span, done)
    })
    app.addHook('onResponse', async (request, reply) => {
      const span = spans.get(request)
      if (span) answered(span, request, reply)
    })
  })
}

function tracedJobs<Handlers extends JobFunctions>(
  { tracer, current }: Started,
  seconds: Histogram,
  handlers: Handlers,
): Handlers {
  const runJob = async (name: string, run: () => Promise<unknown>): Promise<unknown> => {
    const options = { kind: SpanKind.CONSUMER, attributes: { 'job.name': name } }
    const span = tracer.startSpan(`job ${name}`, options, ROOT_CONTEXT)
    const from = performance.now()
    let outcome = 'failed'
    try {
      const result = await current.run(span, run)
      outcome = 'done'
      return result
    } finally {
      span.setAttribute('job.outcome', outcome)
      if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      seconds.record((performance.now() - from) / 1000, { 'job.name': name, 'job.outcome': outcome })
    }
  }
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (...args: never[]) => runJob(name, () => handler(...args)),
    ]),
  ) as Handlers
}

/** A span for each statement of a request or job. */
function tracedStatements({ tracer, current }: Started): KyselyPlugin {
  const running = new WeakMap<QueryId, Span>()
  return {
    transformQuery: ({ node, queryId }) => {
      const within = current.getStore()
      if (within) running.set(queryId, tracer.startSpan(...statementSpan(node, within)))
      return node
    },
    transformResult: async ({ queryId, result }) => {
      running.get(queryId)?.end()
      return result
    },
  }
}

const fromHeaders = {
  get: (headers: FastifyRequest['headers'], name: string) => headers[name],
  keys: (headers: FastifyRequest['headers']) => Object.keys(headers),
}

function statementSpan(node: RootOperationNode, within: Span) {
  const kind =
    'sqlFragments' in node ? node.sqlFragments[0]?.trim().split(/\s+/)[0] : node.kind.replace('QueryNode', '')
  const operation = /^\w+$/.test(kind ?? '') ? kind!.toUpperCase() : 'SQL'
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation }
  return [operation, { kind: SpanKind.CLIENT, attributes }, trace.setSpan(ROOT_CONTEXT, within)] as const
}
