import { afterAll, expect, test } from 'vitest'
import { createLink } from '#server/people/actions.ts'
import { startTracing } from '#server/web/tracing.ts'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { aCollector, textIn } from '#test/support/collector.ts'

const collector = await aCollector()
const before = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
afterAll(() => {
  if (before === undefined) delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  else process.env.OTEL_EXPORTER_OTLP_ENDPOINT = before
  collector.close()
})

test('a collector gets a request with its code and statements, and each run of a job; no name, token or certificate code', async () => {
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
  const traced = db.withPlugin(tracing.statements)
  const jobs = tracing.jobs({
    'keep-overview': () => traced.selectFrom('people').select('id').execute(),
    'check-links': async () => {
      throw new Error(`${person_name} is in the way`)
    },
  })
  await jobs['keep-overview']()
  await expect(jobs['check-links']()).rejects.toThrow('in the way')
  await tracing.close()

  const spans = collector.spans()
  const request = spans.find(
    ({ attributes }) => textIn(attributes, 'request.id') === verified.headers['x-request-id'],
  )!
  expect(request).toMatchObject({ name: 'GET /verify/:token' })
  const job = spans.find(({ name }) => name === 'job keep-overview')!
  expect(textIn(job.attributes, 'job.outcome')).toBe('done')
  for (const parent of [request, job]) {
    const statements = spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId)
    expect(statements.length).toBeGreaterThan(0)
    for (const { traceId, attributes } of statements) {
      expect(traceId).toBe(parent.traceId)
      expect(textIn(attributes, 'db.system.name')).toBe('postgresql')
    }
  }
  const failed = spans.find(({ name }) => name === 'job check-links')!
  expect(textIn(failed.attributes, 'job.outcome')).toBe('failed')
  const { received } = collector
  const everything = JSON.stringify(received)
  for (const secret of [token, link, person_name, 'ada@northstar.example', 'not her password', ada])
    expect(everything).not.toContain(secret)
  const metrics = received.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body)
  expect(metrics.join()).toContain('http.server.request.duration')
  expect(metrics.join()).toContain('job.duration')
})
