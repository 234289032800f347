import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TooManyRequests } from './errors.ts'
import type { App } from './routes.ts'

/** How many requests are answered in a time. An address gets more than an account, because an office may share it. */
export type Allowed = Readonly<{ perAccount: number; perAddress: number }>

/**
 * Counts a request for its account and for its address. Answers 0 where it may go on, otherwise the seconds to wait, which
 * the answer's header says, too. The plugin's own handlers count only once a request, so they can't count for both.
 */
export function countRequests(
  app: App,
  { perAccount, perAddress, timeWindow }: Allowed & Readonly<{ timeWindow: string }>,
  accountOf: (request: FastifyRequest) => string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<number> {
  const counters = [
    app.createRateLimit({ max: perAccount, timeWindow, keyGenerator: accountOf }),
    app.createRateLimit({ max: perAddress, timeWindow }),
  ]
  return async (request, reply) => {
    for (const count of counters) {
      const counted = await count(request)
      if (counted.isAllowed || !counted.isExceeded) continue
      reply.header('retry-after', counted.ttlInSeconds)
      return counted.ttlInSeconds
    }
    return 0
  }
}

/** For software with a token: refuses what comes too often, before the token is looked up. */
export function limitApi(app: App, allowed: Allowed) {
  const count = countRequests(app, { ...allowed, timeWindow: '1 minute' }, ({ headers }) =>
    createHash('sha256')
      .update(headers.authorization ?? '')
      .digest('hex'),
  )
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const seconds = await count(request, reply)
    if (seconds > 0) throw new TooManyRequests(seconds)
  }
}
