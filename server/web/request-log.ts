import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/** Logs a request once, when it has been answered. Writing a line costs as much as rendering a page. */
export class OneLineOfARequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null, req: FastifyRequest, res: FastifyReply): void {
    const { elapsedTime: responseTime, log } = res
    if (error) log.error({ req, res, err: error, responseTime }, 'request errored')
    else log.info({ req, res, responseTime }, 'request completed')
  }
}
