import { Writable } from 'node:stream'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { OneLineOfARequest } from '#server/web/request-log.ts'

test('a request is logged in one line that says what was asked, how it ended, and its request id', async () => {
  const lines: string[] = []
  const stream = new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line))
      done()
    },
  })
  const app = Fastify({
    logger: { stream },
    logController: new OneLineOfARequest(),
    genReqId: () => 'c0ffee',
  })
  app.get('/lost', async (_request, reply) => reply.status(410).send('gone'))
  await app.inject('/lost')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      reqId: 'c0ffee',
      req: expect.objectContaining({ method: 'GET', url: '/lost' }),
      res: expect.objectContaining({ statusCode: 410 }),
      responseTime: expect.any(Number),
    }),
  ])
  await app.close()
})
