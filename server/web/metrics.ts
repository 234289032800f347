import { createHash, timingSafeEqual } from 'node:crypto'
import fp from 'fastify-plugin'
import { sql } from 'kysely'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '#server/db/connection.ts'
import { deadlocks } from '#server/db/deadlock.ts'
import { NotFound } from './errors.ts'
import type { App } from './routes.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** For Prometheus, behind a token. Requests are counted by route, never by address: addresses hold secrets. */
export const metricsRoutes = fp(async (app: App, { db, token }: { db: Database; token: string }) => {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [register],
  })
  const errors = new Counter({
    name: 'http_server_errors_total',
    help: 'Answers with a status of 500 or above',
    registers: [register],
  })
  const jobs = new Gauge({
    name: 'jobs',
    help: 'Background jobs by state: waiting, late by 10 minutes, failed in the last day',
    labelNames: ['state'],
    registers: [register],
  })
  const emails = new Gauge({
    name: 'emails_waiting',
    help: 'Emails that have not been sent yet',
    registers: [register],
  })
  const unplaced = new Gauge({
    name: 'ledger_entries_unplaced',
    help: 'Ledger entries that wait for their place',
    registers: [register],
  })
  const lag = new Gauge({
    name: 'ledger_lag_seconds',
    help: 'How long the oldest of them has waited. Usually below 0.5',
    registers: [register],
  })
  new Counter({
    name: 'deadlocks_retried_total',
    help: 'Changes that PostgreSQL rolled back to end a deadlock, and that ran again',
    registers: [register],
    collect() {
      this.reset()
      this.inc(deadlocks())
    },
  })
  const expected = sha256(`Bearer ${token}`)

  app.get('/metrics', { config: { policy: 'public' } }, async (request, reply) => {
    if (!timingSafeEqual(sha256(request.headers.authorization ?? ''), expected)) throw new NotFound()
    const { rows } = await sql<
      Readonly<Record<'waiting' | 'late' | 'failed' | 'emails' | 'unplaced' | 'lag', number>>
    >`
      select count(*) filter (where state in ('created', 'retry'))::int as waiting,
        count(*) filter (where state in ('created', 'retry') and start_after < now() - interval '10 minutes')::int as late,
        count(*) filter (where state = 'failed' and completed_on > now() - interval '1 day')::int as failed,
        (select count(*) from notice_emails where state = 'queued')::int as emails,
        (select count(*) from ledger_arrivals)::int as unplaced,
        (select coalesce(extract(epoch from clock_timestamp() - min(arrived_at)), 0) from ledger_arrivals)::float8 as lag
      from pgboss.job`.execute(db)
    const { emails: waiting, unplaced: entries, lag: seconds, ...states } = rows[0]!
    for (const [state, count] of Object.entries(states)) jobs.set({ state }, count)
    emails.set(waiting)
    unplaced.set(entries)
    lag.set(seconds)
    return reply.type(register.contentType).send(await register.metrics())
  })

  // For every route of the service, not only this plugin's.
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    if (reply.statusCode >= 500) errors.inc()
  })
})
