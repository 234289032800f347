import { expect, test } from 'vitest'
import { aWorld, config } from '#test/support/app.ts'

test('/metrics opens to its token alone, counts by route and names no address; each answer has its request id', async () => {
  const metricsToken = 'a token of twenty letters'
  const world = await aWorld({ cast: false, config: { ...config, metricsToken } })
  const visitor = world.visitor()
  const secret = 'a'.repeat(27)
  const missing = await visitor.get(`/link/${secret}`)
  expect(missing.headers['x-request-id']).toMatch(/^[0-9a-f]{10}$/)
  expect((await visitor.get('/metrics')).statusCode).toBe(404)
  expect((await visitor.get('/metrics', { authorization: 'Bearer another' })).statusCode).toBe(404)
  const { body, headers } = await visitor.get('/metrics', { authorization: `Bearer ${metricsToken}` })
  expect(headers['content-type']).toContain('text/plain')
  expect(body).toContain(
    'http_request_duration_seconds_count{method="GET",route="/link/:token",status="410"} 1',
  )
  expect(body).toContain('jobs{state="late"} 0')
  expect(body).toMatch(/^deadlocks_retried_total \d+$/m)
  expect(body).not.toContain(secret)
})
