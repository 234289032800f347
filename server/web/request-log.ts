import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/**
 * Logs a request once, when it has been answered. Writing a line costs as much as rendering a page. What may have changed
 * something, and what was refused, says whose account sent it.
 */
export class OneLineOfARequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null, req: FastifyRequest, res: FastifyReply): void {
    const { elapsedTime, log } = res
    const responseTime = Math.round(elapsedTime * 10) / 10
    const isLook = (req.method === 'GET' || req.method === 'HEAD') && res.statusCode < 400
    const by = isLook ? {} : { account: req.viewer?.id ?? null }
    if (error) log.error({ req, res, ...by, err: error, responseTime }, 'request errored')
    else log.info({ req, res, ...by, responseTime }, 'request completed')
  }
}
